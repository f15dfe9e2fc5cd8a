using System.Buffers;
using Backup.Sql.Repl.Editing;

namespace Backup.Sql.Repl.Shell;

/// <summary>
/// Completes the shell's commands, the words of the dialect, and names. Words keep the case in which they were begun;
/// names that need quotes get them.
/// </summary>
/// <param name="wordsAfter">Gives the keywords and option names that may follow a text.</param>
/// <param name="state">The statement so far, and the names that there are.</param>
internal sealed class ShellCompleter(Func<string, IReadOnlyList<string>> wordsAfter, CompletionState state) : ICompleter
{
    private static readonly string[] Commands = ["\\?", "\\c", "\\d", "\\i", "\\l", "\\q"];

    private static readonly SearchValues<char> BareName =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <inheritdoc/>
    public CompletionOffer Complete(string text)
    {
        var start = WordStart(text);
        var word = text[start..];
        if (text.StartsWith('\\'))
            return CompleteCommand(text, start, word);
        if ((state.Entered + text).AsSpan().Count('\'') % 2 != 0)
            return new CompletionOffer(start, []); // Inside a string: locations and times are not ours to guess.
        if (start > 0 && text[start - 1] == '.')
            return Offer(start, word, IsCurrent(QualifierBefore(text, start)) ? state.Objects.Select(Quote) : []);
        IEnumerable<string> words = wordsAfter(state.Entered + text[..start]);
        var cased = word.Length > 0 && char.IsLower(word[0]) ? words.Select(w => w.ToLowerInvariant()) : words;
        return Offer(start, word, cased.Concat(state.Databases.Concat(state.Objects).Select(Quote)));
    }

    private CompletionOffer CompleteCommand(string text, int start, string word)
    {
        var command = text[..Math.Min(2, text.Length)];
        if (!text.Contains(' ', StringComparison.Ordinal))
            return Offer(0, text, Commands);
        return command switch
        {
            "\\c" => Offer(start, word, state.Databases),
            "\\d" => Offer(start, word, state.Objects),
            _ => new CompletionOffer(start, []),
        };
    }

    private static CompletionOffer Offer(int start, string word, IEnumerable<string> candidates) => new(start,
    [
        .. candidates
            .Where(candidate => Begins(candidate, word))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.OrdinalIgnoreCase),
    ]);

    private static int WordStart(string text)
    {
        var start = text.Length;
        while (start > 0 && (BareName.Contains(text[start - 1]) || text[start - 1] > '\u007f'))
            start--;
        return start > 0 && text[start - 1] == '"' && text.AsSpan().Count('"') % 2 != 0 ? start - 1 : start;
    }

    private static string QualifierBefore(string text, int start)
    {
        var end = start - 1;
        return text[WordStart(text[..end])..end];
    }

    private static bool Begins(string candidate, string word) =>
        candidate.AsSpan().TrimStart('"').StartsWith(word.AsSpan().TrimStart('"'), StringComparison.OrdinalIgnoreCase);

    private bool IsCurrent(string database) => database.Equals(state.Current, StringComparison.OrdinalIgnoreCase);

    private static string Quote(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(BareName)
            ? name
            : '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
