using Backup.Sql.Catalog;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>DROP BACKUP and DROP BACKUPS of a collection.</summary>
/// <param name="Collection">The collection, sealed.</param>
internal abstract record BoundDrop(string Collection) : BoundStatement;

/// <summary>DROP BACKUP … IN: one chain.</summary>
internal sealed record BoundDropBackup(string Collection) : BoundDrop(Collection)
{
    /// <summary>The full backup's sub-directory; null for LATEST.</summary>
    public string? Subdirectory { get; init; }

    public bool IfExists { get; init; }
}

/// <summary>DROP BACKUPS IN: the chains that a rule does not keep.</summary>
internal sealed record BoundDropBackups(string Collection) : BoundDrop(Collection)
{
    /// <summary>OLDER THAN; null when <see cref="Keep"/> is given.</summary>
    public HlcTimestamp? OlderThan { get; init; }

    /// <summary>KEEP: the rules in the order of their cycles; empty when <see cref="OlderThan"/> is given.</summary>
    public IReadOnlyList<RetentionRule> Keep { get; init; } = [];
}
