namespace Backup.Sql.Syntax;

/// <summary>A statement of the StarRocks dialect.</summary>
public abstract record SnapshotStatement : Statement
{
    private protected SnapshotStatement()
    {
    }

    /// <inheritdoc/>
    public sealed override StatementDialect Dialect => StatementDialect.StarRocks;
}
