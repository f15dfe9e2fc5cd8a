namespace Backup.Sql.Syntax;

/// <summary><c>SHOW REPOSITORIES</c>.</summary>
public sealed record ShowRepositoriesStatement : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW REPOSITORIES";
}
