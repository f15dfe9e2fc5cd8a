namespace Backup.Sql.Syntax;

/// <summary><c>CHECK EXTERNAL CONNECTION</c>.</summary>
/// <param name="Uri">The location that is tried.</param>
/// <param name="Options">The options.</param>
public sealed record CheckExternalConnectionStatement(StringOrPlaceholder Uri, CheckConnectionOptions Options)
    : Statement
{
    /// <inheritdoc/>
    public override string Kind => "CHECK EXTERNAL CONNECTION";
}
