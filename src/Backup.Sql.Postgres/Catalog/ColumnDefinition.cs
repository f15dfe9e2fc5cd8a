namespace Backup.Sql.Postgres.Catalog;

/// <summary>What a column of a table, or an attribute of a composite type, is beyond the neutral terms.</summary>
internal sealed record ColumnDefinition
{
    public required string Name { get; init; }

    /// <summary>The type with everything, as the server writes it.</summary>
    public required string Type { get; init; }

    public bool NotNull { get; init; }

    /// <summary>The default, or the expression of a generated column; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>True when <see cref="Default"/> computes the column.</summary>
    public bool Generated { get; init; }

    /// <summary>True when <see cref="Default"/> uses functions or sequences, so that it can only be set after them.</summary>
    public bool DefaultLater { get; init; }

    /// <summary>True when the default is the next value of the one sequence that it uses.</summary>
    public bool DefaultIsNextValue { get; init; }

    public IdentityDefinition? Identity { get; init; }

    /// <summary>The collation, quoted; null where it is that of the type.</summary>
    public string? Collation { get; init; }

    /// <summary>How long values are stored, in the word of ALTER TABLE; null where it is that of the type.</summary>
    public string? Storage { get; init; }

    public string? Compression { get; init; }

    public int? StatisticsTarget { get; init; }

    /// <summary>Options of the column: <c>n_distinct=5</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>True when the table has the column of its own, not from a parent alone.</summary>
    public bool Local { get; init; }

    public string? Comment { get; init; }

    public IReadOnlyList<Grant>? Grants { get; init; }
}
