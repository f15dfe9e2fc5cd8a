using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>Says that increments of a chain lie elsewhere, or did once.</summary>
internal sealed record NotedPlace
{
    /// <summary>The format of this object; readers refuse a later one.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = 1;

    /// <summary>Id of the chain's full layer.</summary>
    public required string ChainId { get; init; }

    /// <summary>
    /// The locations of the place, the default one first, each with <see cref="Hidden"/> for its secrets.
    /// </summary>
    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>What stands for a secret.</summary>
    public const string Hidden = "redacted";
}
