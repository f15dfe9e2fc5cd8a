namespace Backup.Sql.Syntax;

/// <summary><c>RESTORE SNAPSHOT</c>.</summary>
/// <param name="Snapshot">The snapshot's name; a database before it is the destination.</param>
/// <param name="Repository">The repository.</param>
public sealed record RestoreSnapshotStatement(ObjectName Snapshot, Name Repository) : SnapshotStatement
{
    /// <summary>The external catalogs that are restored; null for none.</summary>
    public ExternalCatalogs? Catalogs { get; init; }

    /// <summary>The database in the snapshot, and as alias the destination; null when not given.</summary>
    public AliasedName? Database { get; init; }

    /// <summary>The objects restored, in source order; none for all of the snapshot.</summary>
    public ValueList<SnapshotObject> Objects { get; init; }

    /// <summary>The properties: known ones first, in the order of the reference, then others in source order.</summary>
    public ValueList<Property> Properties { get; init; }

    /// <inheritdoc/>
    public override string Kind => "RESTORE SNAPSHOT";
}
