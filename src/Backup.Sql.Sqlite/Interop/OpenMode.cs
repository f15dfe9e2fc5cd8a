namespace Backup.Sql.Sqlite.Interop;

/// <summary>How a database file is opened.</summary>
internal enum OpenMode
{
    /// <summary>An existing file, for reading and writing: even a reader of a WAL database writes its index.</summary>
    Existing,

    /// <summary>A file that is made when it is missing.</summary>
    Create,

    /// <summary>A file of this process alone that nobody changes: no locks, no journal, no log.</summary>
    Immutable,
}
