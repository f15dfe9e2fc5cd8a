namespace Backup.Sql.Sqlite.Catalog;

/// <summary>Compares names as SQLite does: letters A to Z are equal to a to z, nothing else is folded.</summary>
internal sealed class AsciiIgnoreCaseComparer : StringComparer
{
    private AsciiIgnoreCaseComparer()
    {
    }

    public static AsciiIgnoreCaseComparer Instance { get; } = new();

    public override int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        var common = Math.Min(x.Length, y.Length);
        for (var i = 0; i < common; i++)
        {
            var difference = Fold(x[i]) - Fold(y[i]);
            if (difference != 0)
                return difference;
        }

        return x.Length - y.Length;
    }

    public override bool Equals(string? x, string? y) =>
        x is null || y is null ? ReferenceEquals(x, y) : x.Length == y.Length && Compare(x, y) == 0;

    public override int GetHashCode(string obj)
    {
        var hash = 2166136261u;
        foreach (var unit in obj)
            hash = (hash ^ Fold(unit)) * 16777619u;
        return (int)hash;
    }

    /// <summary>A name with its ASCII letters in lower case.</summary>
    public static string Fold(string name) =>
        string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = Fold(source[i]);
        });

    private static char Fold(char unit) => unit is >= 'A' and <= 'Z' ? (char)(unit | 0x20) : unit;
}
