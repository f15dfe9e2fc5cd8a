namespace Backup.Sql.Syntax;

/// <summary><c>DROP SNAPSHOT</c>.</summary>
/// <param name="Snapshot">The snapshot's name.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Force">True for FORCE.</param>
public sealed record DropSnapshotStatement(Name Snapshot, Name Repository, bool Force) : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "DROP SNAPSHOT";
}
