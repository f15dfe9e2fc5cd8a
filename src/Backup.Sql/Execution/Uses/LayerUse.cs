namespace Backup.Sql.Execution.Uses;

/// <summary>Somebody reads a chain outside of a job.</summary>
internal sealed record LayerUse
{
    /// <summary>The chain.</summary>
    public required string ChainId { get; init; }

    /// <summary>What reads it, for people.</summary>
    public required string What { get; init; }

    /// <summary>When it counts as ended although nobody said so: its process died.</summary>
    public required DateTimeOffset Until { get; init; }
}
