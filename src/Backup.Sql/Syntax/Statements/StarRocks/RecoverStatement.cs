namespace Backup.Sql.Syntax;

/// <summary><c>RECOVER</c>: a dropped object comes back from the recycle bin.</summary>
/// <param name="Object">What kind of object.</param>
/// <param name="Name">The database, or the table, or the table that the partition belongs to.</param>
/// <param name="Partition">The partition; null unless one is recovered.</param>
public sealed record RecoverStatement(RecoverObject Object, ObjectName Name, Name? Partition) : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "RECOVER";
}
