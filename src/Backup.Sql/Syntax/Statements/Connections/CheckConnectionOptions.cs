namespace Backup.Sql.Syntax;

/// <summary>The options of CHECK EXTERNAL CONNECTION; null where not given.</summary>
public sealed record CheckConnectionOptions : StatementOptions
{
    /// <summary>No options.</summary>
    public static CheckConnectionOptions None { get; } = new();

    /// <summary><c>CONCURRENTLY</c>: how many transfers at once.</summary>
    public Expression? Concurrently { get; init; }

    /// <summary><c>TRANSFER</c>: how much, with a unit.</summary>
    public StringOrPlaceholder? Transfer { get; init; }

    /// <summary><c>TIME</c>: for how long, a duration text.</summary>
    public StringOrPlaceholder? Time { get; init; }
}
