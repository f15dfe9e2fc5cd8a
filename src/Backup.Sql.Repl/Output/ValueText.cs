using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Backup.Sql.Repl.Output;

/// <summary>Turns the values of results into text that can be pasted back into a statement.</summary>
internal static class ValueText
{
    /// <summary>Times print whole microseconds, so that a copied one names its layer exactly.</summary>
    private const string TimestampFormat = "yyyy-MM-dd HH:mm:ss.ffffff+00:00";

    // A terminal must never act on what a database holds; C1 controls start escape sequences on some.
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(code => (char)code)]);

    private static readonly SearchValues<char> ArraySyntax = SearchValues.Create(",{}\"\\ ");

    /// <summary>The text of a value.</summary>
    /// <param name="value">A value of a result; null gives null.</param>
    /// <returns>The text, as it is: controls are not replaced.</returns>
    public static string? Of(object? value) => value switch
    {
        null or DBNull => null,
        string text => text,
        bool truth => truth ? "true" : "false",
        byte[] bytes => "\\x" + Convert.ToHexStringLower(bytes),
        DateTimeOffset time => time.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture),
        string[] items => "{" + string.Join(',', items.Select(ArrayItem)) + "}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>True for values that line up on the right.</summary>
    /// <param name="value">A value of a result.</param>
    public static bool IsNumber(object? value) => value is long or double or int or decimal;

    /// <summary>
    /// Makes controls visible (<c>\t</c>, <c>\x1b</c>), except line feeds, at which a table breaks the cell.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <returns>Text without controls other than line feeds.</returns>
    public static string ShowControls(string text)
    {
        if (text.AsSpan().IndexOfAny(Controls) < 0)
            return text;
        var shown = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => shown.Append(c),
                '\t' => shown.Append("\\t"),
                '\r' => shown.Append("\\r"),
                _ when Controls.Contains(c) => shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => shown.Append(c),
            };
        }

        return shown.ToString();
    }

    /// <summary>
    /// A duration as people read it: <c>350 ms</c>, <c>2.4 s</c>, <c>3 min 12 s</c>, <c>2 h 05 min</c>.
    /// </summary>
    /// <param name="time">The duration.</param>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => Invariant($"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => Invariant($"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => Invariant($"{time.Minutes} min {time.Seconds:00} s"),
        _ => Invariant($"{(long)time.TotalHours} h {time.Minutes:00} min"),
    };

    /// <summary>A number of bytes in binary units: <c>17 B</c>, <c>3.4 MiB</c>.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public static string Bytes(double bytes)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        var unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++)
            bytes /= 1024;
        return unit == 0 ? Invariant($"{bytes:0} B") : Invariant($"{bytes:0.0} {units[unit]}");
    }

    /// <summary>A count with its noun: <c>1 row</c>, <c>12 rows</c>.</summary>
    /// <param name="count">The count.</param>
    /// <param name="noun">The noun in the singular.</param>
    public static string Count(long count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string ArrayItem(string item) =>
        item.Length > 0 && item.AsSpan().IndexOfAny(ArraySyntax) < 0
            ? item
            : JsonSerializer.Serialize(item, ToolJsonContext.Relaxed.String);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
