using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution.Pauses;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Execution;

/// <summary>What plans are run with.</summary>
internal sealed record RunContext
{
    public required IReadOnlyDictionary<string, IDatabaseEngine> Engines { get; init; }

    /// <summary>The controllers that pause writers, by engine.</summary>
    public required IReadOnlyDictionary<string, IPauseController> PauseControllers { get; init; }

    public required PauseLedger Pauses { get; init; }

    /// <summary>The host's locality; null where it has none.</summary>
    public string? Locality { get; init; }

    public required CollectionOpener Collections { get; init; }

    public required IRandomSource Random { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Gives the settings that count now.</summary>
    public required Func<BackupSettings> CurrentSettings { get; init; }

    public BackupSettings Settings => CurrentSettings();

    /// <summary>An existing directory for databases that are put together aside.</summary>
    public required string ScratchDirectory { get; init; }

    public required ILogger Logger { get; init; }
}
