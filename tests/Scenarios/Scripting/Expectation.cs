using System.Globalization;
using System.Text.RegularExpressions;
using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Scripting;

/// <summary>
/// What a block must give. Lines <c>error CODE [at LINE:COLUMN] [text]</c>, <c>hint:</c> and <c>detail:</c> say how it fails;
/// <c>tag:</c>, <c>columns:</c> (all of them, with types) and <c>notice:</c> (one line per notice) what stands around the rows.
/// The rest is a table: names of some columns, then the rows, all of them and in their order. A cell may hold <c>*</c> for
/// any letters, be <c>?word</c> to be caught, or NULL; a row <c>…</c> stands for any number of rows.
/// </summary>
internal sealed class Expectation
{
    private readonly List<string> _hints = [];
    private readonly List<string> _details = [];
    private readonly List<string> _notices = [];
    private readonly List<string> _table = [];
    private string? _tag;
    private string? _columns;

    public Expectation(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            var (word, rest) = line.IndexOf(' ') is >= 0 and var space ? (line[..space], line[(space + 1)..].Trim()) : (line, "");
            switch (word)
            {
                case "error":
                    Error = rest;
                    break;
                case "hint:":
                    _hints.Add(rest);
                    break;
                case "detail:":
                    _details.Add(rest);
                    break;
                case "notice:":
                    _notices.Add(rest);
                    break;
                case "tag:":
                    _tag = rest;
                    break;
                case "columns:":
                    _columns = rest;
                    break;
                default:
                    _table.Add(line);
                    break;
            }
        }
    }

    /// <summary>How it must fail; null when it must not.</summary>
    public string? Error { get; }

    public static bool Matches(string pattern, string text) =>
        Regex.IsMatch(text, "^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.Singleline);

    /// <summary>A value as tables write it.</summary>
    public static string Show(object? value) => value switch
    {
        null => "NULL",
        bool truth => truth ? "true" : "false",
        DateTimeOffset time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        byte[] bytes => $"x'{Convert.ToHexStringLower(bytes)}'",
        string[] texts => "{" + string.Join(',', texts) + "}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!.Replace("\n", "\\n", StringComparison.Ordinal),
    };

    public void CheckError(BackupSqlException error, Func<string, string> fill)
    {
        var actual = $"{error.SqlState} at {error.Line}:{error.Column} {error.Message}";
        var wanted = Regex.Match(fill(Error!), @"^(\w{5})( at \d+:[\d*]+)?(?: (.*))?$");
        if (!wanted.Success)
            throw new ScriptException($"This is no code of an error: {Error}");
        var place = wanted.Groups[2].Value;
        if (error.SqlState != wanted.Groups[1].Value
            || (place.Length > 0 && !Matches(place, $" at {error.Line}:{error.Column}"))
            || !error.Message.Contains(wanted.Groups[3].Value, StringComparison.Ordinal)
            || !_hints.All(hint => error.Hint?.Contains(fill(hint), StringComparison.Ordinal) == true)
            || !_details.All(detail => error.Detail?.Contains(fill(detail), StringComparison.Ordinal) == true))
        {
            throw new ScriptException($"Another error: {actual}\nDetail: {error.Detail}\nHint: {error.Hint}");
        }

        // Whatever fails says what to do next; of a syntax error, what was expected says it.
        if (error.SqlState == SqlStates.SyntaxError)
            return;
        Assert.False(string.IsNullOrWhiteSpace(error.Hint), "The error has no hint: " + actual);
    }

    public void CheckAnswer(Answer answer, Func<string, string> fill, Action<string, string> @catch)
    {
        if (Error is not null)
            throw new ScriptException($"It should have failed with {Error}; it gave:\n{Print(answer.Rows)}");
        if (_tag is not null)
            Assert.Equal(fill(_tag), answer.Tag);
        if (_columns is not null)
            Assert.Equal(_columns, string.Join(", ", answer.Columns.Select(c => $"{c.Name} {TypeName(c.Type)}")));
        var unexpected = answer.Notices.Where(notice => !_notices.Any(n => notice.Contains(fill(n), StringComparison.Ordinal))).ToList();
        if (unexpected.Count > 0 || _notices.Count != answer.Notices.Count)
            throw new ScriptException($"Other notices:\n{string.Join('\n', answer.Notices)}");
        if (_table.Count > 0)
            CheckTable(answer.Rows, fill, @catch);
    }

    public void CheckTable(Table table, Func<string, string> fill, Action<string, string> @catch)
    {
        var columns = Cells(_table[0]);
        var rows = _table.Skip(1).Select(Cells).ToList();
        var open = rows.Count > 0 && rows[^1] is ["…"];
        if (open)
            rows.RemoveAt(rows.Count - 1);
        var actual = table.Rows.Select(row => columns.Select(name => Show(row[table.Column(name)]).Trim()).ToList()).ToList();
        var fits = open ? actual.Count >= rows.Count : actual.Count == rows.Count;
        if (!fits || !rows.Zip(actual).All(pair => Fits(pair.First, pair.Second, fill, @catch)))
            throw new ScriptException($"It gave:\n{Print(columns, actual)}");
    }

    // From left to right and from top to bottom, so that what one cell catches the next may use.
    private static bool Fits(List<string> wanted, List<string> actual, Func<string, string> fill, Action<string, string> @catch)
    {
        if (wanted.Count != actual.Count)
            return false;
        foreach (var (cell, value) in wanted.Zip(actual))
        {
            if (cell.StartsWith('?'))
                @catch(cell[1..], value);
            else if (!Matches(fill(cell), value))
                return false;
        }

        return true;
    }

    private static string Print(Table table) =>
        Print(table.Columns, [.. table.Rows.Select(row => row.Select(Show).ToList())]);

    private static string Print(IReadOnlyList<string> columns, List<List<string>> rows)
    {
        var widths = columns.Select((name, i) => rows.Select(row => row[i].Length).Append(name.Length).Max()).ToList();
        return string.Join('\n', rows.Prepend([.. columns])
            .Select(row => string.Join(" | ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }

    private static List<string> Cells(string line) => [.. line.Split('|', StringSplitOptions.TrimEntries)];

    private static string TypeName(ResultType type) => type switch
    {
        ResultType.TimestampTz => "TSTZ",
        ResultType.StringArray => "STRING[]",
        _ => type.ToString().ToUpperInvariant(),
    };
}
