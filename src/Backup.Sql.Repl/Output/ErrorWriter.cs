using Backup.Sql.Diagnostics;

namespace Backup.Sql.Repl.Output;

/// <summary>Prints errors: the code, what is wrong and where, the source line with a caret, what to do next.</summary>
/// <param name="output">Standard error.</param>
internal sealed class ErrorWriter(TextWriter output)
{
    /// <summary>Prints an error and the others that came with it.</summary>
    /// <param name="error">The error.</param>
    /// <param name="origin">Where the statement began.</param>
    public void Write(BackupSqlException error, TextOrigin origin)
    {
        WriteOne(error, origin);
        foreach (var other in error.Others)
            WriteOne(other, origin);
        output.Flush();
    }

    /// <summary>Prints a notice.</summary>
    /// <param name="notice">The sentence.</param>
    public void WriteNotice(string notice)
    {
        output.WriteLine($"notice: {ValueText.ShowControls(notice)}");
        output.Flush();
    }

    private void WriteOne(BackupSqlException error, TextOrigin origin)
    {
        output.WriteLine($"error {error.SqlState}{Place(error, origin)}: {ValueText.ShowControls(error.Message)}");
        foreach (var line in (error.Detail ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            output.WriteLine($"  {ValueText.ShowControls(line.Replace('\t', ' '))}"); // One cell each: the caret stays.
        if (error.Hint is { } hint)
            output.WriteLine($"hint: {ValueText.ShowControls(hint)}");
    }

    private static string Place(BackupSqlException error, TextOrigin origin)
    {
        if (error.Line == 0)
            return origin.File is null ? "" : $" in {origin.File}, statement at line {origin.Line}";
        var line = origin.Line + error.Line - 1;
        var column = error.Line == 1 ? origin.Column + error.Column - 1 : error.Column;
        return $"{(origin.File is { } file ? $" in {file}," : " at")} line {line}, column {column}";
    }
}
