using System.Text.RegularExpressions;
using Backup.Sql.TestKit.EngineContract;

namespace CsvSample.Tests;

/// <summary>
/// docs/writing-an-engine.md shows the code that is compiled and run here, and what the kit really prints. Run with
/// BACKUPSQL_UPDATE=1 to write the quotations anew.
/// </summary>
public sealed partial class GuideTests
{
    private static string Guide => Path.Combine(Root(), "docs", "writing-an-engine.md");

    [Fact]
    public Task The_guide_quotes_the_code() => CompareAsync(Quotation(), async match =>
    {
        var source = (await File.ReadAllTextAsync(Path.Combine(Root(), match.Groups["file"].Value))).ReplaceLineEndings("\n");
        return $"<!-- {match.Groups["file"].Value}: {match.Groups["part"].Value} -->\n```csharp\n"
            + $"{Dedent(Part(source, match.Groups["part"].Value))}\n```\n";
    });

    [Fact]
    public async Task The_guide_shows_what_the_kit_prints()
    {
        var report = await new EngineConformance(() => new CsvFixture()).RunAllAsync();
        Assert.True(report.Passed, report.ToString());
        await CompareAsync(Printed(), _ => Task.FromResult($"<!-- the report -->\n```text\n{report.ToString().TrimEnd()}\n```\n"));
    }

    private static async Task CompareAsync(Regex place, Func<Match, Task<string>> expected)
    {
        var guide = (await File.ReadAllTextAsync(Guide)).ReplaceLineEndings("\n");
        var (whole, at, quotations) = ("", 0, 0);
        foreach (Match match in place.Matches(guide))
        {
            whole += guide[at..match.Index] + await expected(match);
            at = match.Index + match.Length;
            quotations++;
        }

        whole += guide[at..];
        Assert.True(quotations > 0, "The guide quotes nothing.");
        if (Environment.GetEnvironmentVariable("BACKUPSQL_UPDATE") == "1")
            await File.WriteAllTextAsync(Guide, whole);
        else
            Assert.Equal(whole, guide);
    }

    private static string Part(string source, string name)
    {
        var begin = source.IndexOf($"// docs: {name}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"There is no part {name}.");
        begin = source.IndexOf('\n', begin) + 1;
        return source[begin..source.LastIndexOf('\n', source.IndexOf("// docs: end", begin, StringComparison.Ordinal))];
    }

    private static string Dedent(string code)
    {
        var lines = code.Trim('\n').Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..])).TrimEnd();
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Join(directory.FullName, "Backup.Sql.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside of the repository");
    }

    [GeneratedRegex("<!-- (?<file>[^ ]+): (?<part>[a-z]+) -->\n```csharp\n.*?```\n", RegexOptions.Singleline)]
    private static partial Regex Quotation();

    [GeneratedRegex("<!-- the report -->\n```text\n.*?```\n", RegexOptions.Singleline)]
    private static partial Regex Printed();
}
