using System.Globalization;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Prints values for dumps and messages.</summary>
internal static class ValueText
{
    public static string Print(object? value) => value switch
    {
        null => "NULL",
        string text => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'",
        byte[] bytes => "x'" + Convert.ToHexString(bytes) + "'",
        double number => number.ToString("R", CultureInfo.InvariantCulture) is var text
            && text.Any(c => c is not ('-' or (>= '0' and <= '9'))) ? text : text + ".0",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        object?[] elements => "[" + string.Join(", ", elements.Select(Print)) + "]",
        ArrayValue array => string.Join(
            "", array.Dimensions.Select(d => $"[{d.LowerBound}:{d.LowerBound + d.Length - 1}]"))
            + Print(array.Elements.ToArray()),
        OpaqueValue opaque => $"{opaque.Type} x'{Convert.ToHexString(opaque.Bytes.Span)}'",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
