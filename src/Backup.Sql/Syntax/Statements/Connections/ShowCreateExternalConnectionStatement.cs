namespace Backup.Sql.Syntax;

/// <summary><c>SHOW CREATE EXTERNAL CONNECTION</c> and <c>SHOW CREATE ALL EXTERNAL CONNECTIONS</c>.</summary>
/// <param name="Name">The connection's name; null for all.</param>
public sealed record ShowCreateExternalConnectionStatement(StringOrPlaceholder? Name) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW CREATE EXTERNAL CONNECTION";
}
