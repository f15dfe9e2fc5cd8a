namespace Backup.Sql.Parsing;

/// <summary>Finds the word that somebody may have meant.</summary>
internal static class Spelling
{
    /// <summary>The candidate nearest to a word, if one is near enough to be what was meant.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="candidates">What may stand there.</param>
    /// <returns>The candidate; null when none is near.</returns>
    public static string? Nearest(ReadOnlySpan<char> word, IEnumerable<string> candidates)
    {
        if (word.Length is < 3 or > 64)
            return null;
        string? nearest = null;
        var least = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate);
            if (distance < least && distance > 0)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    // Optimal string alignment: insertions, deletions, replacements and swaps of neighbours count one each; case does not.
    private static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = Same(left[i - 1], right[j - 1]);
                current[j] = Math.Min(
                    Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (isSame ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
