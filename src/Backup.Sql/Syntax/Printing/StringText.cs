using System.Globalization;
using System.Text;

namespace Backup.Sql.Syntax;

/// <summary>How strings are written.</summary>
internal static class StringText
{
    /// <summary>A string of the CockroachDB dialect.</summary>
    public static string Cockroach(string value)
    {
        if (!value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !value.AsSpan().ContainsAny('\'', '\\'))
            return $"'{value}'";
        var text = new StringBuilder(value.Length + 8).Append("e'");
        foreach (var rune in value.EnumerateRunes())
            AppendEscaped(text, rune);
        return text.Append('\'').ToString();
    }

    /// <summary>A string of the StarRocks dialect.</summary>
    public static string StarRocks(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static void AppendEscaped(StringBuilder text, Rune rune)
    {
        _ = rune.Value switch
        {
            '\'' => text.Append("\\'"),
            '\\' => text.Append("\\\\"),
            '\b' => text.Append("\\b"),
            '\f' => text.Append("\\f"),
            '\n' => text.Append("\\n"),
            '\r' => text.Append("\\r"),
            '\t' => text.Append("\\t"),
            < 0x20 or 0x7F => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
            < 0x80 => text.Append((char)rune.Value),
            < 0x800 => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
            _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"),
        };
    }
}
