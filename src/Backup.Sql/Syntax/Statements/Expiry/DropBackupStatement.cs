namespace Backup.Sql.Syntax;

/// <summary><c>DROP BACKUP … IN</c>: one chain of a collection.</summary>
/// <param name="Backup">The full backup's sub-directory; null for LATEST.</param>
/// <param name="Uris">The collection's locations, at least one.</param>
/// <param name="IfExists">True for IF EXISTS.</param>
public sealed record DropBackupStatement(
    StringOrPlaceholder? Backup, ValueList<StringOrPlaceholder> Uris, bool IfExists) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "DROP BACKUP";
}
