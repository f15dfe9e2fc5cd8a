namespace Backup.Sql.Syntax;

/// <summary><c>SHOW EXTERNAL CONNECTIONS</c> and <c>SHOW EXTERNAL CONNECTION</c>.</summary>
/// <param name="Name">The connection's name; null for all.</param>
public sealed record ShowExternalConnectionsStatement(StringOrPlaceholder? Name) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "SHOW EXTERNAL CONNECTIONS";
}
