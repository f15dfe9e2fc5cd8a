namespace Backup.Sql.Syntax;

/// <summary><c>ALTER BACKUP</c>: keys are added to, or taken from, a full backup and its chain.</summary>
/// <param name="Backup">The full backup: a sub-directory, or its location when there is no collection.</param>
/// <param name="Collection">
/// The collection's location after IN; null when <paramref name="Backup"/> is a location.
/// </param>
/// <param name="Changes">What is done, at least one.</param>
public sealed record AlterBackupStatement(
    StringOrPlaceholder Backup, StringOrPlaceholder? Collection, ValueList<KeyChange> Changes) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER BACKUP";
}
