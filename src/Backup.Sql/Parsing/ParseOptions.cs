using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>How a text is read.</summary>
public sealed record ParseOptions
{
    /// <summary>The defaults: every statement decides its dialect by its leading words.</summary>
    public static ParseOptions Default { get; } = new();

    /// <summary>The dialect of all statements; null (the default) to choose it for each by its leading words.</summary>
    public StatementDialect? Dialect { get; init; }
}
