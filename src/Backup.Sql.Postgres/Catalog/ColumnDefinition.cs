namespace Backup.Sql.Postgres.Catalog;

/// <summary>What a column of a table, or an attribute of a composite type, is beyond the neutral terms.</summary>
internal sealed record ColumnDefinition
{
    public required string Name { get; init; }

    /// <summary>The type with everything, as the server writes it.</summary>
    public required string Type { get; init; }

    public bool NotNull { get; set; }

    /// <summary>The default, or the expression of a generated column; null for none.</summary>
    public string? Default { get; set; }

    /// <summary>True when <see cref="Default"/> computes the column.</summary>
    public bool Generated { get; set; }

    /// <summary>True when <see cref="Default"/> uses functions or sequences, so that it can only be set after them.</summary>
    public bool DefaultLater { get; set; }

    /// <summary>True when the default is the next value of the one sequence that it uses.</summary>
    public bool DefaultIsNextValue { get; set; }

    public IdentityDefinition? Identity { get; set; }

    /// <summary>The collation, quoted; null where it is that of the type.</summary>
    public string? Collation { get; set; }

    /// <summary>How long values are stored, in the word of ALTER TABLE; null where it is that of the type.</summary>
    public string? Storage { get; set; }

    public string? Compression { get; set; }

    public int? StatisticsTarget { get; set; }

    /// <summary>Options of the column: <c>n_distinct=5</c>.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    /// <summary>True when the table has the column of its own, not from a parent alone.</summary>
    public bool Local { get; set; }

    public string? Comment { get; set; }

    public IReadOnlyList<Grant>? Grants { get; set; }
}
