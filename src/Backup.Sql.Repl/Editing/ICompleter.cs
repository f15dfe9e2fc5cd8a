namespace Backup.Sql.Repl.Editing;

/// <summary>Knows what a word may become.</summary>
internal interface ICompleter
{
    /// <summary>Offers continuations.</summary>
    /// <param name="text">The line up to the cursor.</param>
    /// <returns>What may stand in place of the last word.</returns>
    CompletionOffer Complete(string text);
}
