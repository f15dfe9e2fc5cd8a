namespace Backup.Sql.Syntax;

/// <summary><c>ALTER EXTERNAL CONNECTION</c>.</summary>
/// <param name="Name">The connection's name.</param>
/// <param name="Uri">The location that it is to stand for.</param>
/// <param name="IfExists">True for IF EXISTS, and for IF NOT EXISTS, which means the same here.</param>
public sealed record AlterExternalConnectionStatement(
    StringOrPlaceholder Name, StringOrPlaceholder Uri, bool IfExists) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER EXTERNAL CONNECTION";
}
