namespace Backup.Sql.Syntax;

/// <summary>One object, or all of a kind, in the ON list of a snapshot statement.</summary>
/// <param name="Type">The kind of object.</param>
/// <param name="Name">Its name; null for all of the kind.</param>
public sealed record SnapshotObject(SnapshotObjectType Type, ObjectName? Name) : SyntaxNode
{
    /// <summary>The partitions of a table; null for all.</summary>
    public PartitionSet? Partitions { get; init; }

    /// <summary>The name to restore it under; null for its own.</summary>
    public Name? Alias { get; init; }
}
