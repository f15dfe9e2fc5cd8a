using Backup.Sql.Collections;
using Backup.Sql.Engines;

namespace Backup.Sql.Planning;

/// <summary>What planning reads: engines' catalogs and collections.</summary>
internal sealed record PlanningContext
{
    public required IReadOnlyDictionary<string, IDatabaseEngine> Engines { get; init; }

    /// <summary>The controllers that pause writers, by engine.</summary>
    public IReadOnlyDictionary<string, IPauseController> PauseControllers { get; init; } =
        new Dictionary<string, IPauseController>();

    /// <summary>The host's locality; null where it has none.</summary>
    public string? Locality { get; init; }

    public required CollectionOpener Collections { get; init; }

    /// <summary>True to let BACKUP INTO 'sub' IN write a full backup where there is none.</summary>
    public required Func<bool> FullBackupWithSubdirectory { get; init; }
}
