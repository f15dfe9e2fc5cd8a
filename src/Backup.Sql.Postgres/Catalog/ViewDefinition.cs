namespace Backup.Sql.Postgres.Catalog;

/// <summary>A view, materialized or not.</summary>
internal sealed record ViewDefinition
{
    /// <summary>The query, as the server writes it.</summary>
    public required string Query { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    public string? AccessMethod { get; init; }

    /// <summary>Of a materialized view: whether it holds rows.</summary>
    public bool Populated { get; init; }

    /// <summary>Columns with a default, a comment, rights or, of a materialized view, settings.</summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; init; } = [];

    public IReadOnlyList<IndexDefinition> Indexes { get; init; } = [];

    public IReadOnlyList<RuleDefinition> Rules { get; init; } = [];

    public IReadOnlyList<StatisticsDefinition> Statistics { get; init; } = [];

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
