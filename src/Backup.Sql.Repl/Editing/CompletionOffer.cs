namespace Backup.Sql.Repl.Editing;

/// <summary>What may stand in place of the word before the cursor.</summary>
/// <param name="Start">Offset at which the word begins.</param>
/// <param name="Candidates">Whole words, sorted; may be none.</param>
internal readonly record struct CompletionOffer(int Start, IReadOnlyList<string> Candidates);
