using Backup.Sql.Catalog;
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

    /// <summary>What backups carry of the installation's own records.</summary>
    public required SystemSpace System { get; init; }

    /// <summary>What the host says of its databases, by name.</summary>
    public IReadOnlyDictionary<string, DatabaseProperties> Databases { get; init; } =
        new Dictionary<string, DatabaseProperties>();

    /// <summary>An existing directory for databases that are put together aside.</summary>
    public required string ScratchDirectory { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>What a manifest keeps of that; null for nothing.</summary>
    public IReadOnlyDictionary<string, DatabaseProperties>? PropertiesOf(IEnumerable<string> databases)
    {
        var known = databases.Where(Databases.ContainsKey)
            .ToDictionary(name => name, name => Databases[name], StringComparer.Ordinal);
        return known.Count == 0 ? null : known;
    }
}
