namespace Backup.Sql.Repl.Output;

/// <summary>What a statement gave, whoever executed it: a session of the library or the database itself.</summary>
/// <param name="Tag">The command tag.</param>
/// <param name="Columns">The columns; empty for a statement without rows.</param>
/// <param name="Rows">The rows; may be enumerated once.</param>
/// <param name="Notices">What the user should know, as sentences.</param>
internal sealed record Answer(
    string Tag,
    IReadOnlyList<AnswerColumn> Columns,
    IAsyncEnumerable<IReadOnlyList<object?>> Rows,
    IReadOnlyList<string> Notices);
