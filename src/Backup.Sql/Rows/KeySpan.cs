namespace Backup.Sql.Rows;

/// <summary>A range of keys in byte order.</summary>
/// <param name="Start">The first key, included; empty for no bound.</param>
/// <param name="End">The key after the last, left out; empty for no bound.</param>
public sealed record KeySpan(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End)
{
    /// <summary>
    /// Where the rows lie, as an engine reports it of the spans that it splits a space into: tiers from the widest to
    /// the narrowest, <c>region=east,zone=a</c>. Null where that is not known. Not a part of equality.
    /// </summary>
    public string? Locality { get; init; }

    /// <summary>All keys.</summary>
    public static KeySpan All { get; } = new(default, default);

    /// <summary>Tells whether a key lies in the range.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True if it does.</returns>
    public bool Contains(ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(Start.Span) >= 0 && (End.IsEmpty || key.SequenceCompareTo(End.Span) < 0);

    /// <summary>Equality of the bounds' bytes.</summary>
    /// <param name="other">The other range.</param>
    /// <returns>True if both cover the same keys.</returns>
    public bool Equals(KeySpan? other) =>
        other is not null && Start.Span.SequenceEqual(other.Start.Span) && End.Span.SequenceEqual(other.End.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Start.Span);
        hash.AddBytes(End.Span);
        return hash.ToHashCode();
    }
}
