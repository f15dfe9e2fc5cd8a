namespace Backup.Sql.Rows;

/// <summary>Works with several ranges of keys.</summary>
internal static class KeySpans
{
    /// <summary>What is left of some ranges without some others.</summary>
    /// <param name="spans">The ranges.</param>
    /// <param name="without">What is taken out, in any order; may overlap.</param>
    /// <returns>The rest, in the order of <paramref name="spans"/>.</returns>
    public static IReadOnlyList<KeySpan> Subtract(IReadOnlyList<KeySpan> spans, IReadOnlyList<KeySpan> without)
    {
        var left = spans;
        foreach (var hole in without)
            left = [.. left.SelectMany(span => Subtract(span, hole))];
        return left;
    }

    private static IEnumerable<KeySpan> Subtract(KeySpan span, KeySpan hole)
    {
        if (!Overlap(span, hole))
        {
            yield return span;
            yield break;
        }

        if (span.Start.Span.SequenceCompareTo(hole.Start.Span) < 0)
            yield return span with { End = hole.Start };
        if (!hole.End.IsEmpty && (span.End.IsEmpty || span.End.Span.SequenceCompareTo(hole.End.Span) > 0))
            yield return span with { Start = hole.End };
    }

    // An empty end is behind all keys, an empty start before them.
    private static bool Overlap(KeySpan left, KeySpan right) =>
        (right.End.IsEmpty || left.Start.Span.SequenceCompareTo(right.End.Span) < 0)
        && (left.End.IsEmpty || right.Start.Span.SequenceCompareTo(left.End.Span) < 0);
}
