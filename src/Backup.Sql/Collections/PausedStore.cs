using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>What shows that a store stood still.</summary>
internal sealed record PausedStore
{
    /// <summary>The engine's registered name.</summary>
    public required string Engine { get; init; }

    /// <summary>Its nodes before the pause, each with its incarnation.</summary>
    public IReadOnlyList<string> MembersBefore { get; init; } = [];

    /// <summary>Its nodes after the pause: the same.</summary>
    public IReadOnlyList<string> MembersAfter { get; init; } = [];

    /// <summary>The engine's own clock when the pause had begun.</summary>
    public required HlcTimestamp ClockAtStart { get; init; }

    /// <summary>The engine's own clock before the pause ended.</summary>
    public required HlcTimestamp ClockAtEnd { get; init; }

    /// <summary>How far clocks of its nodes may be off, in milliseconds, as its controller says.</summary>
    public double KnownSkewMilliseconds { get; init; }
}
