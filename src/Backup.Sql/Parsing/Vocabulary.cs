using Backup.Sql.Parsing.Generated;

namespace Backup.Sql.Parsing;

/// <summary>How tokens are written.</summary>
internal static class Vocabulary
{
    private static readonly string[] _spellings =
        [.. Enumerable.Range(0, StatementParser._ATN.maxTokenType + 1).Select(Unquoted)];

    private static readonly string[] _optionNames = [.. _spellings.Select(spelling => spelling.ToLowerInvariant())];

    /// <summary>All keywords, upper case, in alphabetical order.</summary>
    public static IReadOnlyList<string> Keywords { get; } =
        [.. Enumerable.Range(1, StatementParser._ATN.maxTokenType).Where(IsKeyword).Select(Spelling)];

    /// <summary>The text of a keyword, upper case, or of a mark; empty for a token whose text varies.</summary>
    public static string Spelling(int token) => _spellings[token];

    /// <summary>The text of a keyword that names an option, lower case.</summary>
    public static string OptionName(int token) => _optionNames[token];

    /// <summary>True when a token is a keyword.</summary>
    public static bool IsKeyword(int token) => token > 0 && _spellings[token] is [>= 'A' and <= 'Z', ..];

    private static string Unquoted(int token) =>
        StatementParser.DefaultVocabulary.GetLiteralName(token) is ['\'', .. var inner, '\''] ? inner : string.Empty;
}
