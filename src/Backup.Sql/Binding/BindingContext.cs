using Backup.Sql.Catalog;
using Backup.Sql.Connections;
using Backup.Sql.Engines;
using Backup.Sql.Keys;
using Backup.Sql.Storage;

namespace Backup.Sql.Binding;

/// <summary>What a statement is bound against.</summary>
internal sealed record BindingContext
{
    /// <summary>Values of the placeholders; the first is $1.</summary>
    public required IReadOnlyList<object?> Parameters { get; init; }

    /// <summary>The statement's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// The time that a schedule's backup is for, where the engine can go back to it; null for a statement that was
    /// typed.
    /// </summary>
    public DateTimeOffset? ScheduledFor { get; init; }

    /// <summary>The session's current database; null for none.</summary>
    public string? CurrentDatabase { get; init; }

    public required IReadOnlyDictionary<string, IDatabaseEngine> Engines { get; init; }

    /// <summary>The engine meant when a statement names none.</summary>
    public required string DefaultEngine { get; init; }

    /// <summary>The controllers that pause writers, by engine.</summary>
    public IReadOnlyDictionary<string, IPauseController> PauseControllers { get; init; } =
        new Dictionary<string, IPauseController>();

    public required ObjectStoreProviders Providers { get; init; }

    public required KeyServices Keys { get; init; }

    public required ISecretVault Vault { get; init; }

    /// <summary>What <c>external://</c> locations stand for.</summary>
    public required ExternalConnections Connections { get; init; }

    /// <summary>What the user may do.</summary>
    public Rights Rights { get; init; } = Rights.All;

    /// <summary>The codec unless the statement names one; null for the library's choice.</summary>
    public string? Compression { get; init; }

    /// <summary>The level of that codec; null for its default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Backups are named by ids in SHOW BACKUPS, and ids may stand for sub-directories.</summary>
    public bool UseBackupsWithIds { get; init; }

    /// <summary>Now, as engines count time.</summary>
    public HlcTimestamp NowTimestamp => HlcTimestamp.FromDateTimeOffset(Now);

    /// <summary><see cref="ScheduledFor"/>, as engines count time.</summary>
    public HlcTimestamp? ScheduledTimestamp =>
        ScheduledFor is { } time ? HlcTimestamp.FromDateTimeOffset(time) : null;
}
