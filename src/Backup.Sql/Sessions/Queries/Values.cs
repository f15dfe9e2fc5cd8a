using System.Globalization;
using System.Text;
using Backup.Sql.Binding;

namespace Backup.Sql.Sessions.Queries;

/// <summary>Compares values and changes their types.</summary>
internal static class Values
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff+00";

    /// <summary>The order of two values of one type; neither is null.</summary>
    public static int Compare(SqlType type, object left, object right) => type switch
    {
        SqlType.Bytes => ((byte[])left).AsSpan().SequenceCompareTo((byte[])right),
        SqlType.StringArray => Compare((string[])left, (string[])right),
        SqlType.String or SqlType.Json => string.CompareOrdinal((string)left, (string)right),
        _ => ((IComparable)left).CompareTo(right),
    };

    /// <summary>Changes a value's type.</summary>
    /// <param name="value">The value; not null.</param>
    /// <param name="from">Its type.</param>
    /// <param name="to">The type wanted.</param>
    /// <returns>The value; null when this one has no counterpart in the other type.</returns>
    public static object? Convert(object value, SqlType from, SqlType to) => (from, to) switch
    {
        _ when from == to => value,
        (_, SqlType.String) => Text(value),
        (SqlType.String, _) => Parse((string)value, to),
        (SqlType.Int, SqlType.Decimal) => (decimal)(long)value,
        (SqlType.Int, SqlType.Float) => (double)(long)value,
        (SqlType.Int, SqlType.Bool) => (long)value != 0,
        (SqlType.Decimal, SqlType.Float) => (double)(decimal)value,
        (SqlType.Decimal, SqlType.Int) => ToInt((decimal)value),
        (SqlType.Float, SqlType.Decimal) => ToDecimal((double)value),
        (SqlType.Float, SqlType.Int) => ToDecimal((double)value) is { } number ? ToInt((decimal)number) : null,
        (SqlType.Bool, SqlType.Int) => (bool)value ? 1L : 0L,
        _ => null,
    };

    /// <summary>Tells whether a type may be cast to another at all.</summary>
    public static bool CanConvert(SqlType from, SqlType to) =>
        from == to || from == SqlType.Null || to == SqlType.String
        || (from == SqlType.String && to != SqlType.StringArray)
        || (from.IsNumber() && to.IsNumber())
        || (from, to) is (SqlType.Int, SqlType.Bool) or (SqlType.Bool, SqlType.Int);

    /// <summary>Reads a value out of a text.</summary>
    /// <returns>Null when the text is no value of the type.</returns>
    public static object? Parse(string text, SqlType type)
    {
        const NumberStyles whole = NumberStyles.AllowLeadingSign;
        const NumberStyles broken = whole | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var invariant = CultureInfo.InvariantCulture;
        var trimmed = text.Trim();
        return type switch
        {
            SqlType.String or SqlType.Json => text,
            SqlType.Int => long.TryParse(trimmed, whole, invariant, out var number) ? number : null,
            SqlType.Decimal => decimal.TryParse(trimmed, broken, invariant, out var number) ? number : null,
            SqlType.Float => double.TryParse(trimmed, broken, invariant, out var number) ? number : null,
            SqlType.Bool => ParseBool(trimmed),
            SqlType.TimestampTz => TimeText.TryParseTimestamp(trimmed, out var time) ? time : null,
            SqlType.Interval => TimeText.TryParseInterval(trimmed, out var interval) ? interval : null,
            SqlType.Bytes => Encoding.UTF8.GetBytes(text),
            _ => null,
        };
    }

    /// <summary>A value as text.</summary>
    public static string Text(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        byte[] bytes => "\\x" + System.Convert.ToHexStringLower(bytes),
        string[] texts => "{" + string.Join(',', texts) + "}",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Tells whether a text fits a pattern of LIKE: <c>%</c> any letters, <c>_</c> one.</summary>
    public static bool IsLike(string text, string pattern)
    {
        // Goes back to the last % only: what fits before it fits for good, so that no pattern costs more than its
        // length times that of the text.
        var (at, place, star, retry) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (place < pattern.Length && pattern[place] == '%')
            {
                (star, retry) = (place++, at);
            }
            else if (place < pattern.Length && FitsOne(text[at], pattern, place, out var length))
            {
                at++;
                place += length;
            }
            else if (star >= 0)
            {
                (place, at) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(place).TrimStart('%').IsEmpty;
    }

    private static bool FitsOne(char letter, string pattern, int place, out int length)
    {
        var escaped = pattern[place] == '\\' && place + 1 < pattern.Length;
        length = escaped ? 2 : 1;
        return escaped ? pattern[place + 1] == letter : pattern[place] == '_' || pattern[place] == letter;
    }

    private static int Compare(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            if (string.CompareOrdinal(left[i], right[i]) is var order and not 0)
                return order;
        }

        return left.Length.CompareTo(right.Length);
    }

    private static object? ParseBool(string text) => text.ToLowerInvariant() switch
    {
        "true" or "t" or "yes" or "y" or "on" or "1" => true,
        "false" or "f" or "no" or "n" or "off" or "0" => false,
        _ => null,
    };

    private static object? ToInt(decimal number)
    {
        var rounded = decimal.Round(number, MidpointRounding.AwayFromZero);
        return rounded is >= long.MinValue and <= long.MaxValue ? (long)rounded : null;
    }

    private static object? ToDecimal(double number) => Math.Abs(number) < 7.9e28 ? (decimal)number : null;
}
