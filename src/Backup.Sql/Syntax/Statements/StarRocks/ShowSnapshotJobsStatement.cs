namespace Backup.Sql.Syntax;

/// <summary><c>SHOW BACKUP [FROM db]</c> and <c>SHOW RESTORE [FROM db]</c>: the jobs of a database.</summary>
/// <param name="Job">Which kind of job.</param>
/// <param name="Database">The database; null for the current one.</param>
/// <param name="Filter">WHERE, ORDER BY and LIMIT.</param>
public sealed record ShowSnapshotJobsStatement(SnapshotJob Job, Name? Database, RowFilter Filter) : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => Job == SnapshotJob.Backup ? "SHOW BACKUP" : "SHOW RESTORE";
}
