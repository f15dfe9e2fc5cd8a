namespace Backup.Sql.Syntax;

/// <summary><c>BACKUP … SNAPSHOT … TO</c>.</summary>
/// <param name="Snapshot">
/// The snapshot's name. A database before it reads as <c>DATABASE</c>, unless there is one of those already.
/// </param>
/// <param name="Repository">The repository.</param>
public sealed record BackupSnapshotStatement(ObjectName Snapshot, Name Repository) : SnapshotStatement
{
    /// <summary>The external catalogs that are covered; null for none.</summary>
    public ExternalCatalogs? Catalogs { get; init; }

    /// <summary>The database; null for the current one.</summary>
    public Name? Database { get; init; }

    /// <summary>The objects covered, in source order; none for all of the database.</summary>
    public ValueList<SnapshotObject> Objects { get; init; }

    /// <summary>The properties: known ones first, in the order of the reference, then others in source order.</summary>
    public ValueList<Property> Properties { get; init; }

    /// <inheritdoc/>
    public override string Kind => "BACKUP SNAPSHOT";
}
