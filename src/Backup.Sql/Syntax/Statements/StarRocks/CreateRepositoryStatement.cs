namespace Backup.Sql.Syntax;

/// <summary><c>CREATE REPOSITORY</c>.</summary>
/// <param name="Repository">The repository's name.</param>
/// <param name="Broker">The broker's name; null for none.</param>
/// <param name="Location">Where its snapshots lie.</param>
/// <param name="Properties">How to get at them, in source order.</param>
/// <param name="IsReadOnly">True for READ ONLY.</param>
public sealed record CreateRepositoryStatement(
    Name Repository, Name? Broker, StringLiteral Location, ValueList<Property> Properties, bool IsReadOnly)
    : SnapshotStatement
{
    /// <inheritdoc/>
    public override string Kind => "CREATE REPOSITORY";
}
