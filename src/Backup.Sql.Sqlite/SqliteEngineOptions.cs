using Backup.Sql.Diagnostics;

namespace Backup.Sql.Sqlite;

/// <summary>
/// Which SQLite files form a cluster. <see cref="Databases"/>, <see cref="Directory"/>, or both must be set.
/// </summary>
public sealed record SqliteEngineOptions
{
    /// <summary>
    /// Database names and their files; relative paths count from the current directory. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Databases { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// A directory of which every <c>*.db</c> file is a database, named like the file without its ending, files that
    /// come later included. Restored databases become files there; without it they lie beside the first file of
    /// <see cref="Databases"/>. Default: none.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>
    /// Where databases that cannot be read in place are copied to for as long as a backup reads them: those with a
    /// rollback journal. Default: a directory <c>.backupsql</c> beside the first database, on the same file system.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>
    /// The cluster's identity. Default: 128 random bits that the engine keeps in <c>.backupsql/cluster-id</c> beside
    /// the first database and makes when first asked.
    /// </summary>
    public string? ClusterId { get; init; }

    /// <summary>
    /// Where databases are, by name: tiers from the widest to the narrowest, <c>region=east,zone=a</c>. A backup into a
    /// list of locations puts their data at the location of their locality. Default: none, nobody knows.
    /// </summary>
    public IReadOnlyDictionary<string, string> Localities { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// True to prove that the history of a table has seen all its changes before an increment is made of them alone:
    /// the table is read whole and its sum compared. So writers are found that had triggers switched off, and tools
    /// that write pages; the increment has such a table in full. The first increment does too, for it has nothing to
    /// compare with. Default: false, a changed table is read only where it changed.
    /// </summary>
    public bool ProvesChanges { get; init; }

    /// <summary>How long to wait for locks of other writers. Default: 10 s; at most 1 h.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where chance comes from. Default: the system's.</summary>
    public IRandomSource Random { get; init; } = CryptoRandomSource.Instance;
}
