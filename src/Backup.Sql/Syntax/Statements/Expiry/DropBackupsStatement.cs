namespace Backup.Sql.Syntax;

/// <summary><c>DROP BACKUPS IN</c>: the chains that a rule no longer keeps.</summary>
/// <param name="Uris">The collection's locations, at least one.</param>
/// <param name="Rule">Which chains go.</param>
public sealed record DropBackupsStatement(ValueList<StringOrPlaceholder> Uris, ExpiryRule Rule) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "DROP BACKUPS";
}
