using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Microsoft.Extensions.Logging;

namespace Backup.Sql.Execution;

/// <summary>What plans are run with.</summary>
internal sealed record RunContext
{
    public required IReadOnlyDictionary<string, IDatabaseEngine> Engines { get; init; }

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
