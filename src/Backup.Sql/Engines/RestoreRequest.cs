using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>What a restore is to do.</summary>
public sealed record RestoreRequest
{
    /// <summary>
    /// Names what is staged, so that what a dead process left behind can be told apart. Letters and digits.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>
    /// True to have the publication remembered under <see cref="Id"/> until
    /// <see cref="IRestoreLedger.ForgetAsync"/>: the mark becomes durable together with what is published, in one step.
    /// Needs <see cref="EngineCapabilities.RestoreLedger"/>. A restore that is begun under the id of an earlier one
    /// takes its place: the earlier one, should its process still live, can no longer be published. Default: false.
    /// </summary>
    public bool Remember { get; init; }

    /// <summary>Databases that come into being with the publication. None of them may exist.</summary>
    public IReadOnlyList<string> NewDatabases { get; init; } = [];

    /// <summary>
    /// A time before that of the pages of new databases, to which the history inside them leads back before they are
    /// published; null (the default) to publish them as they come.
    /// </summary>
    public HlcTimestamp? PagesAsOf { get; init; }

    /// <summary>False (the default): foreign keys of the restored tables are re-checked before publication.</summary>
    public bool SkipForeignKeyCheck { get; init; }
}
