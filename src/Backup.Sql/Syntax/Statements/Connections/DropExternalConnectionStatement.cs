namespace Backup.Sql.Syntax;

/// <summary><c>DROP EXTERNAL CONNECTION</c>.</summary>
/// <param name="Name">The connection's name.</param>
public sealed record DropExternalConnectionStatement(StringOrPlaceholder Name) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "DROP EXTERNAL CONNECTION";
}
