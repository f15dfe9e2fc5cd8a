namespace Backup.Sql.Syntax;

/// <summary><c>SHOW SNAPSHOT ON</c>.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Filter">WHERE, ORDER BY and LIMIT.</param>
public sealed record ShowSnapshotsStatement(Name Repository, RowFilter Filter) : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW SNAPSHOT";
}
