namespace Backup.Sql.Postgres.Catalog;

/// <summary>A constraint of a table or a domain.</summary>
internal sealed record ConstraintDefinition
{
    public required string Name { get; init; }

    /// <summary>p primary key, u unique, c check, f foreign key, x exclusion.</summary>
    public required string Kind { get; init; }

    /// <summary>What follows the name, as the server writes it.</summary>
    public required string Definition { get; init; }

    /// <summary>True for a foreign key with MATCH FULL.</summary>
    public bool MatchFull { get; set; }

    /// <summary>The columns that ON DELETE SET sets, when not all; none otherwise.</summary>
    public IReadOnlyList<string> DeleteColumns { get; set; } = [];

    /// <summary>True when the table has it of its own, not from a parent alone.</summary>
    public bool Local { get; set; }

    /// <summary>Storage options of the index behind it.</summary>
    public IReadOnlyList<string> Options { get; set; } = [];

    public bool Deferrable { get; set; }

    public bool Deferred { get; set; }

    /// <summary>False for a check or foreign key that rows of old need not meet.</summary>
    public bool Validated { get; set; } = true;

    /// <summary>True for a check that uses functions of users, which may need tables to be there.</summary>
    public bool Later { get; set; }

    /// <summary>The index of the parent table that the constraint's index is a part of; null for none.</summary>
    public RelationName? ParentIndex { get; set; }

    public bool Clustered { get; set; }

    public bool ReplicaIdentity { get; set; }

    public string? Comment { get; set; }
}
