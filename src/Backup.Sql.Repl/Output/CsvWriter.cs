namespace Backup.Sql.Repl.Output;

/// <summary>
/// Prints comma-separated values after RFC 4180, lines ended by a line feed. NULL is an empty field; an empty string is
/// <c>""</c>, so that the two stay apart.
/// </summary>
/// <param name="output">Takes the lines.</param>
internal sealed class CsvWriter(TextWriter output) : IAnswerWriter
{
    /// <inheritdoc/>
    public async Task WriteAsync(Answer answer, CancellationToken cancellationToken)
    {
        if (answer.Columns.Count == 0)
            return;
        WriteLine(answer.Columns.Select(column => column.Name));
        await foreach (var row in answer.Rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            WriteLine(row.Select(ValueText.Of));
    }

    private void WriteLine(IEnumerable<string?> fields)
    {
        output.Write(string.Join(',', fields.Select(Quote)));
        output.Write('\n');
    }

    private static string? Quote(string? field) =>
        field is null || (field.Length > 0 && field.AsSpan().IndexOfAny(",\"\r\n") < 0)
            ? field
            : '"' + field.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
