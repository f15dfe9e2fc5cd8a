using System.Text.RegularExpressions;
using Backup.Sql.Catalog;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Defaults of other engines that SQLite can say: constants, with the casts that PostgreSQL writes behind them, and the
/// current time, in the form in which the values themselves are kept.
/// </summary>
internal static partial class NeutralDefaults
{
    private const string Now = "(strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now'))";

    /// <summary>The default in SQLite's words; null where it has none that means the same.</summary>
    public static string? Of(ColumnDescriptor column)
    {
        var text = Bare(column.Default ?? "");
        var word = text.ToUpperInvariant();
        var isNumber = Number().IsMatch(text.Trim('\''));
        return column.Type.Kind switch
        {
            _ when word == "NULL" => "NULL",
            ColumnKind.Integer or ColumnKind.Float when isNumber => text.Trim('\''),
            ColumnKind.Decimal when isNumber => $"'{text.Trim('\'')}'",
            ColumnKind.Boolean when word is "TRUE" or "1" => "1",
            ColumnKind.Boolean when word is "FALSE" or "0" => "0",
            ColumnKind.Bytes when Bytes().Match(text) is { Success: true } bytes => $"x'{bytes.Groups[1].Value}'",
            ColumnKind.Date when word == "CURRENT_DATE" => word,
            ColumnKind.TimestampTz when word is "CURRENT_TIMESTAMP" or "NOW()" => Now,
            ColumnKind.Text or ColumnKind.UserDefined or ColumnKind.Json when Text().IsMatch(text) => text,
            ColumnKind.Date when Day().IsMatch(text) => text,
            _ => null,
        };
    }

    /// <summary>Without parentheses around it and casts behind it.</summary>
    private static string Bare(string text)
    {
        while (true)
        {
            var shorter = Cast().Replace(text.Trim(), "");
            if (shorter.Length > 1 && shorter[0] == '(' && shorter[^1] == ')')
                shorter = shorter[1..^1];
            if (shorter == text)
                return text;
            text = shorter;
        }
    }

    [GeneratedRegex(@"::[\w"". ]+(\([0-9, ]+\))?(\[\])?$")]
    private static partial Regex Cast();

    [GeneratedRegex(@"^[+-]?[0-9]+(\.[0-9]+)?$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^'\\x((?:[0-9a-fA-F]{2})*)'$")]
    private static partial Regex Bytes();

    [GeneratedRegex("^'[0-9]{4}-[0-9]{2}-[0-9]{2}'$")]
    private static partial Regex Day();

    [GeneratedRegex("^'([^'\\\\]|'')*'$")]
    private static partial Regex Text();
}
