namespace Backup.Sql.Syntax;

/// <summary><c>SHOW BACKUPS IN</c>.</summary>
/// <param name="Uris">The collection's locations, at least one.</param>
public sealed record ShowBackupsStatement(ValueList<StringOrPlaceholder> Uris) : Statement
{
    /// <summary><c>NEWER THAN</c>; null for no bound.</summary>
    public Expression? NewerThan { get; init; }

    /// <summary><c>OLDER THAN</c>; null for no bound.</summary>
    public Expression? OlderThan { get; init; }

    /// <summary>The option, if one is given.</summary>
    public ShowBackupsOption Option { get; init; }

    /// <inheritdoc/>
    public override string Kind => "SHOW BACKUPS";
}
