using System.Globalization;

namespace Backup.Sql.Binding;

/// <summary>Reads and prints amounts of bytes.</summary>
internal static class SizeText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>
    /// Reads <c>64MiB</c>, <c>1.5 GiB</c>, <c>100 kB</c>, <c>4096</c>. Units of a thousand have no i.
    /// </summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        text = text.Trim();
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
            digits++;
        if (!decimal.TryParse(
                text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || Factor(text[digits..].Trim()) is not { } factor
            || number > long.MaxValue / factor)
        {
            return false;
        }

        bytes = (long)(number * factor);
        return true;
    }

    /// <summary>Prints an amount in the largest unit that it fills, with a decimal place where it needs one.</summary>
    public static string Format(double bytes)
    {
        var unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
            bytes /= 1024;
        return bytes.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Prints an amount in the largest unit that it fills without a rest.</summary>
    public static string Exact(long bytes)
    {
        var unit = 0;
        for (; bytes != 0 && bytes % 1024 == 0 && unit < Units.Length - 1; unit++)
            bytes /= 1024;
        return bytes.ToString(CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    private static decimal? Factor(string unit) => unit.ToUpperInvariant() switch
    {
        "" or "B" => 1,
        "KB" or "K" => 1000,
        "MB" or "M" => 1000 * 1000,
        "GB" or "G" => 1000m * 1000 * 1000,
        "TB" or "T" => 1000m * 1000 * 1000 * 1000,
        "KIB" => 1024,
        "MIB" => 1024 * 1024,
        "GIB" => 1024m * 1024 * 1024,
        "TIB" => 1024m * 1024 * 1024 * 1024,
        _ => null,
    };
}
