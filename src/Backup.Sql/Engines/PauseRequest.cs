namespace Backup.Sql.Engines;

/// <summary>What is asked of a pause controller.</summary>
public sealed record PauseRequest
{
    /// <summary>Names the pause: only who knows it lifts it. Letters, digits and <c>-</c>.</summary>
    public required string PauseId { get; init; }

    /// <summary>How long open requests may take to end.</summary>
    public required TimeSpan DrainLimit { get; init; }

    /// <summary>
    /// The controller lifts the pause by itself when it was not lifted for so long, counted from the request: whoever
    /// asked may have died.
    /// </summary>
    public required TimeSpan LiftAfter { get; init; }
}
