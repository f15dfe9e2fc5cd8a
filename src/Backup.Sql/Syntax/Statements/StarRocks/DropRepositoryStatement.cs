namespace Backup.Sql.Syntax;

/// <summary><c>DROP REPOSITORY</c>.</summary>
/// <param name="Repository">The repository's name.</param>
public sealed record DropRepositoryStatement(Name Repository) : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "DROP REPOSITORY";
}
