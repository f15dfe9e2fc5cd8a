namespace Backup.Sql.Postgres;

/// <summary>Which server the engine works on, and how.</summary>
public sealed record PostgresEngineOptions
{
    /// <summary>
    /// How the server is reached, in Npgsql's terms: <c>Host=db1;Username=backup;Password=…</c>. The database in it is
    /// the one that the engine connects to for what belongs to the whole server; default: <c>postgres</c>. Nothing of
    /// it enters a backup, a log or an error.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>
    /// The databases that statements see, by name, and what they are called on the server; empty (the default) for all
    /// that the user may connect to, under their own names.
    /// </summary>
    public IReadOnlyDictionary<string, string> Databases { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// For how long a lock on a table is waited for before the statement gives up: while it waits, everybody else who
    /// wants that table queues behind it. Default: 2 s; at most 1 h.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many connections one snapshot or restore holds at most. Default: 4; from 1 to 64.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>
    /// Where old rows go that are too many for memory while the past is put together; files that are gone when they
    /// are closed. Default: the system's place for temporary files.
    /// </summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>
    /// How many bytes of its log the server may keep for the history of a database. From half of them on notices of
    /// backups tell of it, and what no backup needs any more is let go before its time; beyond them the history is
    /// given up at the next backup, which is a full one. Default: none; the server has a bound of its own,
    /// <c>max_slot_wal_keep_size</c>. At least 16 MiB.
    /// </summary>
    public long? MaxKeptLog { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
