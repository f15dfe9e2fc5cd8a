using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>The write locks of some databases, held while one point of all of them is opened.</summary>
internal sealed class WriteLocks : IDisposable
{
    private readonly List<Connection> _held = [];

    /// <summary>Takes the locks without waiting.</summary>
    /// <returns>Null, or the first database whose lock somebody else holds.</returns>
    public string? TryTake(IReadOnlyList<DatabaseFile> files)
    {
        foreach (var file in files)
        {
            var connection = Connection.Open(file.Path, file.Name, OpenMode.Existing, TimeSpan.Zero);
            _held.Add(connection);
            var code = connection.TryExecute("BEGIN IMMEDIATE");
            if (ResultCodes.Basic(code) is ResultCodes.Busy or ResultCodes.Locked)
                return file.Name;
            connection.Check(code);
        }

        return null;
    }

    public void Dispose()
    {
        // Closing rolls back.
        foreach (var connection in _held)
            connection.Dispose();
        _held.Clear();
    }
}
