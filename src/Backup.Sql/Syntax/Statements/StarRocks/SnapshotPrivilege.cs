namespace Backup.Sql.Syntax;

/// <summary>A privilege of the StarRocks dialect.</summary>
public abstract record SnapshotPrivilege : SyntaxNode
{
    private protected SnapshotPrivilege()
    {
    }
}
