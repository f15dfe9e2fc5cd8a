namespace Backup.Sql.Syntax;

/// <summary><c>CREATE EXTERNAL CONNECTION</c>.</summary>
/// <param name="Name">The connection's name.</param>
/// <param name="Uri">The location that it stands for.</param>
/// <param name="IfNotExists">True for IF NOT EXISTS.</param>
public sealed record CreateExternalConnectionStatement(
    StringOrPlaceholder Name, StringOrPlaceholder Uri, bool IfNotExists) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "CREATE EXTERNAL CONNECTION";
}
