using Antlr4.Runtime;
using Backup.Sql.Parsing.Generated;

namespace Backup.Sql.Parsing;

/// <summary>Says in plain words what may come next: at most five of them, outer rules first.</summary>
internal static class ExpectedWords
{
    private const int MaxWords = 5;
    private const string Operator = "an operator";
    private const string End = "the end";

    /// <summary>The words for an error message: <c>INTO, TO, "," or "."</c>.</summary>
    public static string Describe(IReadOnlyList<GrammarWalker.Step> steps)
    {
        var words = new List<string>();
        foreach (var step in steps.OrderBy(step => step.Depth))
        {
            foreach (var word in WordsOf(step))
            {
                if (!words.Contains(word))
                    words.Add(word);
            }
        }

        // Operators go on with any expression: they are named only where nothing else is expected. The end comes last.
        if (words.Count > 1)
            words.Remove(Operator);
        if (words.Remove(End))
            words.Insert(Math.Min(words.Count, MaxWords - 1), End);
        var shown = words.Take(MaxWords).ToList();
        return shown.Count < 2 ? string.Concat(shown) : $"{string.Join(", ", shown.SkipLast(1))} or {shown[^1]}";
    }

    /// <summary>The keywords that may come next, as one writes them: option names in lower case.</summary>
    public static IEnumerable<string> Keywords(IReadOnlyList<GrammarWalker.Step> steps) => steps
        .Where(step => !IsWordRule(step.Rule) && step.Rule != StatementParser.RULE_snapshotName)
        .SelectMany(step => TokensOf(step).Where(Vocabulary.IsKeyword).Select(token => Spell(token, step.Rule)))
        .Distinct();

    private static IEnumerable<string> WordsOf(GrammarWalker.Step step) => step.Rule switch
    {
        StatementParser.RULE_name or StatementParser.RULE_anyName or StatementParser.RULE_snapshotName => ["a name"],
        StatementParser.RULE_stringOrPlaceholder or StatementParser.RULE_stringConstant => ["a string"],
        StatementParser.RULE_privilege => ["a privilege"],
        StatementParser.RULE_primary or StatementParser.RULE_prefixOperator or StatementParser.RULE_snapshotPrimary
            or StatementParser.RULE_expression or StatementParser.RULE_snapshotExpression => ["a value"],
        StatementParser.RULE_binaryOperator or StatementParser.RULE_castSuffix or StatementParser.RULE_nullSuffix
            or StatementParser.RULE_snapshotOperator => [Operator],
        StatementParser.RULE_inSuffix when step.Transition.Label.Contains(StatementParser.IN)
            || step.Transition.Label.Contains(StatementParser.NOT) => [Operator],
        _ when IsWordRule(step.Rule) => [],
        _ => TokensOf(step).Select(token => Spell(token, step.Rule)),
    };

    private static IEnumerable<int> TokensOf(GrammarWalker.Step step) => step.Transition.Label.ToList();

    // Their words are said by the rule around them: a name, a string.
    private static bool IsWordRule(int rule) => rule
        is StatementParser.RULE_unreservedWord or StatementParser.RULE_wordNotName or StatementParser.RULE_reservedWord;

    private static string Spell(int token, int rule) => token switch
    {
        TokenConstants.EOF => End,
        StatementParser.STRING => "a string",
        StatementParser.INTEGER => "an integer",
        StatementParser.QUOTED_NAME or StatementParser.IDENTIFIER => "a name",
        _ when !Vocabulary.IsKeyword(token) => $"\"{Vocabulary.Spelling(token)}\"",
        _ when IsOptionRule(rule) => Vocabulary.OptionName(token),
        _ => Vocabulary.Spelling(token),
    };

    private static bool IsOptionRule(int rule) => rule
        is StatementParser.RULE_backupOption or StatementParser.RULE_restoreOption
        or StatementParser.RULE_showBackupOption or StatementParser.RULE_showBackupsOption;
}
