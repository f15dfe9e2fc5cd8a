namespace Backup.Sql.Postgres.Catalog;

/// <summary>A view, materialized or not.</summary>
internal sealed record ViewDefinition
{
    /// <summary>The query, as the server writes it.</summary>
    public required string Query { get; init; }

    public IReadOnlyList<string> Options { get; set; } = [];

    public string? AccessMethod { get; set; }

    /// <summary>Of a materialized view: whether it holds rows.</summary>
    public bool Populated { get; set; }

    /// <summary>Columns with a default, a comment, rights or, of a materialized view, settings.</summary>
    public IReadOnlyList<ColumnDefinition> Columns { get; set; } = [];

    public IReadOnlyList<IndexDefinition> Indexes { get; set; } = [];

    public IReadOnlyList<RuleDefinition> Rules { get; set; } = [];

    public IReadOnlyList<StatisticsDefinition> Statistics { get; set; } = [];

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
