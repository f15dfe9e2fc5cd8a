using System.Text.RegularExpressions;
using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Defaults of other engines that PostgreSQL can say: constants of the column's type, and the current time, for columns
/// of text in the form in which SQLite gives it.
/// </summary>
internal static partial class NeutralDefaults
{
    /// <summary>The default in PostgreSQL's words; null where it has none that means the same.</summary>
    public static string? Of(ColumnDescriptor column)
    {
        var text = column.Default?.Trim() ?? "";
        while (text.Length > 1 && text[0] == '(' && text[^1] == ')')
            text = text[1..^1].Trim();
        var word = text.ToUpperInvariant();
        var number = text.Trim('\'');
        var isNumber = Number().IsMatch(number);
        var isTime = column.Type.Kind is ColumnKind.Timestamp or ColumnKind.TimestampTz;
        return column.Type.Kind switch
        {
            _ when word == "NULL" => "NULL",
            ColumnKind.Integer when isNumber && !number.Contains('.', StringComparison.Ordinal) => number,
            ColumnKind.Integer when word is "TRUE" or "FALSE" => word == "TRUE" ? "1" : "0",
            ColumnKind.Float or ColumnKind.Decimal when isNumber => number,
            ColumnKind.Boolean when word is "TRUE" or "FALSE" => word,
            ColumnKind.Boolean when number is "0" or "1" => number == "1" ? "TRUE" : "FALSE",
            ColumnKind.Bytes when Bytes().Match(text) is { Success: true } bytes => $"'\\x{bytes.Groups[1].Value}'",
            ColumnKind.Text or ColumnKind.Any or ColumnKind.Date or ColumnKind.Uuid when Text().IsMatch(text) => text,
            ColumnKind.Text or ColumnKind.Any when isNumber => $"'{number}'",
            ColumnKind.Text or ColumnKind.Any => NowAsText(word),
            ColumnKind.Date when word is "CURRENT_DATE" => word,
            _ when isTime && word is "CURRENT_TIMESTAMP" => word,
            _ => null,
        };
    }

    private static string? NowAsText(string word)
    {
        var form = word switch
        {
            "CURRENT_TIMESTAMP" => "YYYY-MM-DD HH24:MI:SS",
            "CURRENT_DATE" => "YYYY-MM-DD",
            "CURRENT_TIME" => "HH24:MI:SS",
            _ => null,
        };
        return form is null ? null : $"to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', '{form}')";
    }

    [GeneratedRegex(@"^[+-]?[0-9]+(\.[0-9]+)?$")]
    private static partial Regex Number();

    [GeneratedRegex("^[xX]'((?:[0-9a-fA-F]{2})*)'$")]
    private static partial Regex Bytes();

    [GeneratedRegex("^'([^'\\\\]|'')*'$")]
    private static partial Regex Text();
}
