using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Corpus;

/// <summary>
/// Statements with what becomes of them, in text files: entries stand between empty lines, comments begin with
/// <c>#</c>. After the source come its canonical texts, or its errors. With BACKUPSQL_UPDATE=1 in the environment the
/// answers are written anew, to be read in review.
/// </summary>
public sealed class CorpusTests
{
    private static readonly string[] _answers = ["redacted: ", "exposed: ", "described: ", "error: ", "hint: "];

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(Repository.Root, "tests", "Backup.Sql.Tests", "Corpus");

    [Theory]
    [MemberData(nameof(Files))]
    public void Statements_print_as_the_corpus_says(string file)
    {
        var path = Path.Combine(Folder, file);
        var expected = File.ReadAllText(path);
        var actual = Answered(expected);
        if (Environment.GetEnvironmentVariable("BACKUPSQL_UPDATE") == "1")
            File.WriteAllText(path, actual);
        else
            Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Canonical_texts_are_read_back(string file)
    {
        foreach (var line in File.ReadLines(Path.Combine(Folder, file)))
        {
            if (!line.StartsWith("exposed: ", StringComparison.Ordinal))
                continue;
            var text = line["exposed: ".Length..];
            Assert.Equal(text, SqlFormatter.Format(BackupSqlParser.ParseStatement(text), FormatMode.Exposed));
        }
    }

    private static string Answered(string corpus)
    {
        var result = new StringBuilder();
        foreach (var entry in corpus.TrimEnd('\n').Split("\n\n"))
        {
            if (result.Length > 0)
                result.Append('\n');
            var lines = entry.Split('\n').Where(line => !_answers.Any(line.StartsWith)).ToList();
            foreach (var line in lines)
                result.Append(line).Append('\n');
            var source = string.Join('\n', lines.Where(line => !line.StartsWith('#')));
            if (source.Length > 0)
                Answer(source, result);
        }

        return result.ToString();
    }

    private static void Answer(string source, StringBuilder result)
    {
        try
        {
            foreach (var statement in BackupSqlParser.Parse(source))
            {
                var redacted = SqlFormatter.Format(statement);
                var exposed = SqlFormatter.Format(statement, FormatMode.Exposed);
                var described = SqlFormatter.Format(statement, FormatMode.Described);
                result.Append("redacted: ").Append(redacted).Append('\n');
                if (exposed != redacted)
                    result.Append("exposed: ").Append(exposed).Append('\n');
                if (described != exposed)
                    result.Append("described: ").Append(described).Append('\n');
            }
        }
        catch (BackupSqlException error)
        {
            foreach (var e in error.Others.Prepend(error))
            {
                result.Append($"error: {e.SqlState} {e.Line}:{e.Column}+{e.Length} {e.Message}\n");
                if (e.Hint is not null)
                    result.Append($"hint: {e.Hint}\n");
            }
        }
    }
}
