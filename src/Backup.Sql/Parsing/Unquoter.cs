using System.Globalization;
using System.Text;

namespace Backup.Sql.Parsing;

/// <summary>Reads the value of a string or a quoted name from its source text.</summary>
internal static class Unquoter
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The value of a quoted name: doubled quotes count once.</summary>
    /// <param name="source">The name with its quotes.</param>
    public static string QuotedName(ReadOnlySpan<char> source) => Undoubled(source[1..^1], source[0]);

    /// <summary>The value of a StarRocks string.</summary>
    /// <param name="source">The string with its quotes.</param>
    public static string StarRocks(ReadOnlySpan<char> source)
    {
        var quote = source[0];
        var inner = source[1..^1];
        if (!inner.ContainsAny('\\', quote))
            return inner.ToString();
        var value = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            var c = inner[i];
            if (c == quote)
                i++;
            else if (c == '\\')
                c = StarRocksEscape(inner[++i]);
            value.Append(c);
        }

        return value.ToString();
    }

    /// <summary>The value of a CockroachDB string, joined parts and all.</summary>
    /// <param name="source">The string with its quotes.</param>
    /// <param name="value">The value, or the escape that means nothing.</param>
    /// <returns>False when there is an escape that means nothing.</returns>
    public static bool TryCockroach(ReadOnlySpan<char> source, out string value)
    {
        if (source[0] == '$')
        {
            var tag = source[1..].IndexOf('$') + 2;
            value = source[tag..^tag].ToString();
            return true;
        }

        var withEscapes = source[0] != '\'';
        var start = withEscapes ? 1 : 0;
        var end = QuoteRules.EndOfQuoted(source, start + 1, '\'', withEscapes);
        if (end == source.Length)
            return TryPart(source[(start + 1)..(end - 1)], withEscapes, out value);

        var joined = new StringBuilder(source.Length);
        while (true)
        {
            if (!TryPart(source[(start + 1)..(end - 1)], withEscapes, out value))
                return false;
            joined.Append(value);
            start = QuoteRules.NextPart(source, end);
            if (start < 0)
                break;
            end = QuoteRules.EndOfQuoted(source, start + 1, '\'', withEscapes);
        }

        value = joined.ToString();
        return true;
    }

    private static bool TryPart(ReadOnlySpan<char> inner, bool withEscapes, out string value)
    {
        if (withEscapes && inner.Contains('\\'))
            return TryUnescape(inner, out value);
        value = Undoubled(inner, '\'');
        return true;
    }

    private static string Undoubled(ReadOnlySpan<char> inner, char quote)
    {
        if (!inner.Contains(quote))
            return inner.ToString();
        var value = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            value.Append(inner[i]);
            if (inner[i] == quote)
                i++;
        }

        return value.ToString();
    }

    private static char StarRocksEscape(char c) => c switch
    {
        '0' => '\0',
        'b' => '\b',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u001A',
        _ => c,
    };

    private static bool TryUnescape(ReadOnlySpan<char> inner, out string value)
    {
        var result = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length;)
        {
            if (inner[i] != '\\')
            {
                result.Append(inner[i]);
                i += inner[i] == '\'' ? 2 : 1;
                continue;
            }

            var start = i;
            if (!TryEscape(inner, ref i, result))
            {
                value = inner[start..Math.Min(start + 10, inner.Length)].ToString();
                return false;
            }
        }

        value = result.ToString();
        return true;
    }

    private static bool TryEscape(ReadOnlySpan<char> inner, ref int i, StringBuilder result)
    {
        if (TryByte(inner, i, out _, out _))
            return TryBytes(inner, ref i, result);
        var c = inner[i + 1];
        switch (c)
        {
            case 'x' or 'X':
                return false;
            case 'u' or 'U':
                var digits = c == 'u' ? 4 : 8;
                if (!TryHex(inner, i + 2, digits, out var codePoint) || !Rune.TryCreate(codePoint, out var rune))
                    return false;
                result.Append(rune.ToString());
                i += 2 + digits;
                return true;
            default:
                result.Append(c switch
                {
                    'a' => '\a',
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\v',
                    _ => c,
                });
                i += 2;
                return true;
        }
    }

    // Escapes of bytes that follow one another are UTF-8 together.
    private static bool TryBytes(ReadOnlySpan<char> inner, ref int i, StringBuilder result)
    {
        var bytes = new List<byte>();
        while (TryByte(inner, i, out var value, out var length))
        {
            bytes.Add(value);
            i += length;
        }

        try
        {
            result.Append(_strictUtf8.GetString([.. bytes]));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool TryByte(ReadOnlySpan<char> inner, int i, out byte value, out int length)
    {
        value = 0;
        length = 4;
        if (i + 3 >= inner.Length || inner[i] != '\\')
            return false;
        if (inner[i + 1] is 'x' or 'X')
        {
            if (!TryHex(inner, i + 2, 2, out var hex))
                return false;
            value = (byte)hex;
            return true;
        }

        if (inner[i + 1] is not (>= '0' and <= '3')
            || inner[i + 2] is not (>= '0' and <= '7') || inner[i + 3] is not (>= '0' and <= '7'))
        {
            return false;
        }

        value = (byte)(((inner[i + 1] - '0') << 6) | ((inner[i + 2] - '0') << 3) | (inner[i + 3] - '0'));
        return true;
    }

    private static bool TryHex(ReadOnlySpan<char> inner, int start, int digits, out int value)
    {
        value = 0;
        return start + digits <= inner.Length
            && int.TryParse(
                inner.Slice(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
