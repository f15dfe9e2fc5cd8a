namespace Backup.Sql.Binding;

/// <summary>CONFIGURE ZONE: for how long a database or a table keeps its history.</summary>
internal sealed record BoundConfigureZone : BoundStatement
{
    public required string Engine { get; init; }

    public required string Database { get; init; }

    /// <summary>The table's id; null for the database.</summary>
    public long? Table { get; init; }

    /// <summary>What is configured, for people.</summary>
    public required string Name { get; init; }

    /// <summary>How long; null for what holds when nothing is configured.</summary>
    public TimeSpan? Retention { get; init; }

    public override string Effect() => Retention is { Ticks: > 0 } ttl
        ? $"lets {Name} keep its history for {(long)ttl.TotalSeconds} s"
        : $"lets {Name} keep no more history than an engine keeps by itself";
}

/// <summary>ALTER TABLE … SET/RESET (exclude_data_from_backup).</summary>
internal sealed record BoundExcludeData : BoundStatement
{
    public required string Engine { get; init; }

    public required string Database { get; init; }

    public required long Table { get; init; }

    /// <summary>The table, for people.</summary>
    public required string Name { get; init; }

    public required bool IsExcluded { get; init; }

    public override string Effect() => IsExcluded
        ? $"leaves the rows of {Name} out of the backups from now on"
        : $"takes the rows of {Name} into the backups from now on";
}
