namespace Backup.Sql.Syntax;

/// <summary>Label lists, <c>k=v,k2=v2</c>: the canonical text has them sorted by key.</summary>
internal static class LabelText
{
    /// <summary>Sorts the pairs of a list by key; what is no pair is its own key, and nothing is judged here.</summary>
    public static string Sort(string labels) => labels.Contains(',')
        ? string.Join(',', labels.Split(',').OrderBy(Key, StringComparer.Ordinal))
        : labels;

    private static string Key(string pair) => pair.IndexOf('=') is var at and >= 0 ? pair[..at] : pair;
}
