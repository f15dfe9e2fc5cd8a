namespace Backup.Sql.Syntax;

/// <summary><c>DROP BACKUP</c> by registered names.</summary>
/// <param name="Backups">The names, at least one.</param>
/// <param name="IfExists">True for IF EXISTS.</param>
public sealed record DropRegisteredBackupsStatement(ValueList<StringOrPlaceholder> Backups, bool IfExists) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "DROP BACKUP";
}
