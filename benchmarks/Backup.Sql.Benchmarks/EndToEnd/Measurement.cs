namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>Something that is measured in every round.</summary>
internal sealed record Measurement
{
    /// <summary>The measurement that the ratios are to.</summary>
    public const string Baseline = "zstd";

    /// <summary>Our full backup.</summary>
    public const string Full = "full";

    /// <summary>The word by which it is asked for.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, for the table.</summary>
    public required string Title { get; init; }

    /// <summary>For <c>sh -c</c>.</summary>
    public required string Command { get; init; }

    /// <summary>What it reads: brought into the page cache before.</summary>
    public required string Input { get; init; }

    /// <summary>The file or directory that it writes: removed before and after; what it grows by is what was stored.</summary>
    public required string Output { get; init; }

    /// <summary>Done once before the first round.</summary>
    public Action? SetUp { get; init; }

    /// <summary>Done before each run, unmeasured.</summary>
    public Action? Prepare { get; init; }

    /// <summary>A command that proves the first run's output; null for none.</summary>
    public string? Proof { get; init; }

    /// <summary>The program that it needs; null for our own steps.</summary>
    public string? Tool { get; init; }

    /// <summary>The measurement whose wall time <see cref="WallAim"/> counts in.</summary>
    public string Unit { get; init; } = Baseline;

    /// <summary>At most this many times the unit's wall time; null for no aim.</summary>
    public double? WallAim { get; init; }

    /// <summary>At most this share of the bytes of our full backup; null for no aim.</summary>
    public double? BytesAim { get; init; }

    /// <summary>
    /// True when only the last statement of the process counts, as it reports itself; else everything from the start of
    /// the process to its end does.
    /// </summary>
    public bool CountsStatement { get; init; }

    /// <summary>True for our own steps.</summary>
    public bool IsOurs => Tool is null;
}
