namespace Backup.Sql.Execution.Pauses;

/// <summary>What is kept of a pause from before it is asked for until it is lifted.</summary>
internal sealed record PauseEntry
{
    public required string Engine { get; init; }

    public required string PauseId { get; init; }

    public required long JobId { get; init; }

    /// <summary>The host that asked for it: the next one lifts what this one could not.</summary>
    public required string Host { get; init; }

    public required DateTimeOffset Asked { get; init; }

    /// <summary>By when the controller lifts it by itself.</summary>
    public required DateTimeOffset LiftsBy { get; init; }
}
