using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;

namespace CsvSample;

/// <summary>Rows as CSV: texts are quoted, bytes are 0x and digits, NULL is nothing at all.</summary>
internal static class CsvText
{
    public static void Append(StringBuilder text, IEnumerable<object?> row)
    {
        text.AppendJoin(',', row.Select(Cell)).Append('\n');
    }

    public static IEnumerable<object?[]> Read(string text, IReadOnlyList<ColumnKind> kinds)
    {
        for (var at = 0; at < text.Length;)
        {
            var row = new object?[kinds.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = ReadCell(text, ref at, kinds[i]);
            yield return row;
        }
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        byte[] bytes => "0x" + Convert.ToHexString(bytes),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static object? ReadCell(string text, ref int at, ColumnKind kind)
    {
        if (text[at] == '"')
            return ReadQuoted(text, ref at);
        var end = text.IndexOfAny([',', '\n'], at);
        var cell = text[at..end];
        at = end + 1;
        return (cell, kind) switch
        {
            ("", _) => null,
            (_, ColumnKind.Integer) => long.Parse(cell, CultureInfo.InvariantCulture),
            (_, ColumnKind.Float) => double.Parse(cell, CultureInfo.InvariantCulture),
            _ => Convert.FromHexString(cell.AsSpan(2)),
        };
    }

    private static string ReadQuoted(string text, ref int at)
    {
        var cell = new StringBuilder();
        while (true)
        {
            var end = text.IndexOf('"', at + 1);
            cell.Append(text, at + 1, end - at - 1);
            at = end + 1;
            if (text[at] != '"')
            {
                at++; // the comma or the end of the line
                return cell.ToString();
            }

            cell.Append('"');
        }
    }
}
