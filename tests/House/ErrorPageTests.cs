using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.House;

/// <summary>
/// docs/errors.md has a section for each code, with cause and cure, and below it what the library says with that code. Run
/// with BACKUPSQL_UPDATE=1 to write the latter anew.
/// </summary>
public sealed partial class ErrorPageTests
{
    private const string Item = "- `";

    /// <summary>Codes that no test provokes, and why.</summary>
    private static readonly Dictionary<string, string> Unprovoked = new(StringComparer.Ordinal)
    {
        [SqlStates.ProgramLimitExceeded] = "a row of more than 1 GiB, a manifest of more than 512 MiB: more than a test may take",
        [SqlStates.JobTakenOver] = "told to a process that has lost its job: LeaseTests see the job go on in the other one",
        [SqlStates.OutOfMemory] = "SQLite's answer to a failed allocation: a test would have to exhaust the machine's memory",
    };

    private static readonly string[] Makers = ["Wrapped", "At", "AtPlace", "Several", "FromCode", "From", "Invalid"];

    /// <summary>What makes errors.</summary>
    private static IReadOnlyList<Type> Classes { get; } =
    [
        typeof(SqlStates).Assembly.GetType("Backup.Sql.Diagnostics.Errors")!,
        typeof(Sqlite.SqliteEngine).Assembly.GetType("Backup.Sql.Sqlite.SqliteErrors")!,
        typeof(Postgres.PostgresEngine).Assembly.GetType("Backup.Sql.Postgres.PostgresErrors")!,
        typeof(Postgres.PostgresEngine).Assembly.GetType("Backup.Sql.Postgres.RestoreErrors")!,
        typeof(Postgres.PostgresEngine).Assembly.GetType("Backup.Sql.Postgres.State.StateErrors")!,
    ];

    private static IReadOnlyList<(string Name, string Code)> Codes { get; } =
    [
        .. typeof(SqlStates).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (field.Name, (string)field.GetRawConstantValue()!)),
    ];

    private static string Page => Path.Combine(Sources.Root, "docs", "errors.md");

    [Fact]
    public void Every_code_has_its_section_and_no_section_is_without_a_code()
    {
        var sections = Heading().Matches(File.ReadAllText(Page)).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(Codes.Select(code => code.Code).Order(StringComparer.Ordinal), sections.Order(StringComparer.Ordinal));
        Assert.Equal(Codes.Count, Codes.Select(code => code.Code).Distinct().Count());
    }

    [Fact]
    public void Every_section_says_cause_and_cure_and_what_the_library_says()
    {
        var said = Said();
        var page = Heading().Split(File.ReadAllText(Page).ReplaceLineEndings("\n"));
        var expected = new StringBuilder(page[0]);
        for (var i = 1; i < page.Length; i += 2)
        {
            var text = page[i + 1].Split('\n').Where(line => !line.StartsWith(Item, StringComparison.Ordinal)).ToList();
            Assert.Contains(text, line => line.StartsWith("**Cause.**", StringComparison.Ordinal));
            Assert.Contains(text, line => line.StartsWith("**Cure.**", StringComparison.Ordinal));

            // A heading of a group of codes may stand at the end, before the next section.
            TrimEnd(text);
            var group = text[^1].StartsWith("## ", StringComparison.Ordinal) ? text[^1] : null;
            if (group is not null)
                text.RemoveAt(text.Count - 1);
            TrimEnd(text);
            expected.Append("### ").Append(page[i]).Append(string.Join('\n', text)).Append('\n');
            if (said.TryGetValue(page[i], out var lines))
                expected.Append('\n').AppendJoin('\n', lines).Append('\n');
            expected.Append(group is null ? "\n" : $"\n{group}\n\n");
        }

        var whole = expected.ToString().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("BACKUPSQL_UPDATE") == "1")
            File.WriteAllText(Page, whole);
        Assert.Equal(File.ReadAllText(Page).ReplaceLineEndings("\n"), whole);
    }

    [Fact]
    public void Every_error_has_a_hint_and_its_message_is_one_plain_line()
    {
        var known = Codes.Select(code => code.Code).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, error) in Errors())
        {
            Assert.True(known.Contains(error.SqlState), $"{name} has the code {error.SqlState}, which SqlStates does not know");

            // A syntax error names the words that may stand at the place that it shows.
            Assert.True(error.Hint is { Length: > 0 } || error.SqlState == SqlStates.SyntaxError, $"{name} has no hint");
            Assert.True(!error.Message.Contains('\n') && !error.Message.EndsWith('.'), $"{name}: {error.Message}");
            Assert.EndsWith("#" + error.SqlState.ToLowerInvariant(), error.HelpLink, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_code_is_provoked_by_a_test_or_it_is_said_why_not()
    {
        var scripts = string.Concat(Directory.EnumerateFiles(Path.Combine(Sources.Root, "tests/Scenarios/Scripts"), "*.txt")
            .Select(File.ReadAllText));
        var tests = string.Concat(Sources.In("tests").Where(file => !file.Path.StartsWith("tests/House/", StringComparison.Ordinal))
            .Select(file => file.Text));
        var missing =
            from code in Codes
            where !scripts.Contains($"error {code.Code}", StringComparison.Ordinal)
                && !Regex.IsMatch(tests, $@"SqlStates\.{code.Name}\b|""{code.Code}""")
                && !Unprovoked.ContainsKey(code.Code)
            select $"{code.Name} {code.Code}";
        Assert.Empty(missing);
    }

    private static void TrimEnd(List<string> lines)
    {
        while (lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
    }

    private static Dictionary<string, List<string>> Said() => Errors()
        .GroupBy(made => made.Error.SqlState, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => group.Select(made => $"{Item}{made.Error.Message.Replace('`', '\'')}`: {made.Error.Hint}".TrimEnd(' ', ':'))
                .Distinct().Order(StringComparer.Ordinal).ToList(),
            StringComparer.Ordinal);

    /// <summary>One error of each method that makes one, its arguments shown as their names.</summary>
    private static IEnumerable<(string Name, BackupSqlException Error)> Errors() =>
        from type in Classes
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
        where method.ReturnType == typeof(BackupSqlException) && !Makers.Contains(method.Name)
        let arguments = method.GetParameters().Select(Argument).ToArray()
        select ($"{type.Name}.{method.Name}", (BackupSqlException)method.Invoke(null, arguments)!);

    private static object? Argument(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var name = $"<{parameter.Name}>";
        if (type == typeof(string))
            return name;
        if (type.IsAssignableFrom(typeof(string[])))
            return new[] { name };
        if (type == typeof(TableSpace))
            return new TableSpace("<database>", 7);
        if (type == typeof(Version))
            return new Version(13, 0);
        if (type == typeof(DateTimeOffset))
            return new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(30);
        if (type == typeof(BackupSqlException))
            return new BackupSqlException(SqlStates.IoError, "<cause>") { Hint = "<hint>" };
        if (type.IsAssignableTo(typeof(Exception)))
            return Activator.CreateInstance(type == typeof(Exception) ? typeof(IOException) : type, "<cause>");
        if (type.IsPrimitive)
            return Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsValueType)
            return Activator.CreateInstance(type);
        throw new InvalidOperationException($"{parameter.Member.Name}: what shall {type} {parameter.Name} be?");
    }

    [GeneratedRegex(@"^### ([0-9A-Z]{5})$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
