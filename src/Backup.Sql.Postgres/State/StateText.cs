using System.Globalization;
using System.Text;

namespace Backup.Sql.Postgres.State;

/// <summary>
/// Kinds and keys as PostgreSQL keeps them: printable ASCII stands for itself, every other UTF-16 unit and the
/// backslash are written <c>\u001f</c>. So zeros, which the server refuses, pairs that are torn and databases of
/// another encoding make no difference, and what people look at stays readable.
/// </summary>
internal static class StateText
{
    private const string Mark = "\\u";

    public static string Write(string text)
    {
        if (text.All(IsPlain))
            return text;
        var written = new StringBuilder(text.Length + 16);
        foreach (var unit in text)
        {
            if (IsPlain(unit))
                written.Append(unit);
            else
                written.Append(Mark).Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
        }

        return written.ToString();
    }

    public static string Read(string written)
    {
        if (!written.Contains('\\'))
            return written;
        var text = new StringBuilder(written.Length);
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] != '\\')
            {
                text.Append(written[i]);
                continue;
            }

            var digits = written.AsSpan(i + Mark.Length, 4);
            text.Append((char)int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += Mark.Length + digits.Length - 1;
        }

        return text.ToString();
    }

    private static bool IsPlain(char unit) => unit is >= ' ' and <= '~' and not '\\';
}
