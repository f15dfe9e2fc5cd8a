namespace Backup.Sql.Syntax;

/// <summary><c>CANCEL BACKUP</c> and <c>CANCEL RESTORE</c>.</summary>
/// <param name="Job">Which kind of job.</param>
/// <param name="Database">The database; null for the current one.</param>
/// <param name="ForExternalCatalog">True for FOR EXTERNAL CATALOG; there is no database then.</param>
public sealed record CancelSnapshotJobStatement(SnapshotJob Job, Name? Database, bool ForExternalCatalog)
    : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => Job == SnapshotJob.Backup ? "CANCEL BACKUP" : "CANCEL RESTORE";
}
