namespace Backup.Sql.Sqlite.Interop;

/// <summary>Opens connections.</summary>
/// <param name="native">The library's own functions; null to go through the provider.</param>
/// <param name="busyTimeout">How long SQLite waits for a lock.</param>
internal sealed class ConnectionSource(NativeApi? native, TimeSpan busyTimeout)
{
    public TimeSpan BusyTimeout => busyTimeout;

    /// <summary>Opens a database of the cluster.</summary>
    public Connection Open(DatabaseFile file) => Open(file.Path, file.Name, OpenMode.Existing);

    /// <summary>Opens a database of the cluster; a lock that is taken is reported at once.</summary>
    public Connection OpenImpatient(DatabaseFile file) =>
        Connection.Open(file.Path, file.Name, OpenMode.Existing, TimeSpan.Zero, native);

    /// <summary>Opens a file.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="mode">How.</param>
    public Connection Open(string path, string database, OpenMode mode) =>
        Connection.Open(path, database, mode, busyTimeout, native);
}
