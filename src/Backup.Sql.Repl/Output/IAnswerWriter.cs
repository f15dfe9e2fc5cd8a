namespace Backup.Sql.Repl.Output;

/// <summary>Prints answers in one format.</summary>
internal interface IAnswerWriter
{
    /// <summary>Prints the rows of an answer; an answer without columns prints nothing.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="cancellationToken">Ends the printing.</param>
    Task WriteAsync(Answer answer, CancellationToken cancellationToken);
}
