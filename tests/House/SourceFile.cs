using System.Text.RegularExpressions;

namespace Backup.Sql.House;

/// <summary>A C# file of the repository.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>The room that a file of the core lies in; empty for a file at its top.</summary>
    public string Room => Path.StartsWith("src/Backup.Sql/", StringComparison.Ordinal) && Path.Count(c => c == '/') > 2
        ? Path.Split('/')[2]
        : "";

    /// <summary>The text without comments, strings kept: what the compiler acts on.</summary>
    public string Code => LineComment().Replace(BlockComment().Replace(Text, ""), "");

    public IEnumerable<string> Lines => Text.Split('\n');

    [GeneratedRegex(@"(?<!:)//[^\n]*")]
    private static partial Regex LineComment();

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex BlockComment();
}
