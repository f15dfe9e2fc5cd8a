using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Commands;

/// <summary><c>backupsql parse</c>: canonical text, nothing executed, no engine loaded.</summary>
internal static class ParseCommand
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Prints the canonical text of a file or of standard input.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// The exit code: 1 when a script has an error or cannot be read. Line by line an error is an answer like another:
    /// 0.
    /// </returns>
    public static async Task<int> RunAsync(ParseArguments arguments, CancellationToken cancellationToken)
    {
        var errors = new ErrorWriter(Console.Error);
        try
        {
            using var input = Open(arguments.File);
            var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: BufferSize) { NewLine = "\n" };
            await using (output.ConfigureAwait(false))
            {
                var printer = new CanonicalPrinter(arguments.Mode);
                if (arguments.ByLine)
                    await PrintLinesAsync(input, printer, output, cancellationToken).ConfigureAwait(false);
                else
                    await PrintScriptAsync(input, printer, output, cancellationToken).ConfigureAwait(false);
            }

            return 0;
        }
        catch (BackupSqlException e)
        {
            errors.Write(e, e.Line == 0 ? TextOrigin.Typed : new TextOrigin(arguments.File, 1, 1));
            return 1;
        }
    }

    private static async Task PrintLinesAsync(
        StreamReader input, CanonicalPrinter printer, TextWriter output, CancellationToken cancellationToken)
    {
        var lines = new FeedLineReader(input);
        while (true)
        {
            // Whoever feeds line by line waits for the answer before the next line.
            if (!lines.HasBuffered)
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } line)
                return;
            await output.WriteLineAsync(printer.PrintLine(line)).ConfigureAwait(false);
        }
    }

    private static async Task PrintScriptAsync(
        StreamReader input, CanonicalPrinter printer, TextWriter output, CancellationToken cancellationToken)
    {
        var text = await input.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        foreach (var statement in printer.PrintScript(text))
            await output.WriteLineAsync(statement).ConfigureAwait(false);
    }

    private static StreamReader Open(string? file)
    {
        try
        {
            var stream = file is null ? Console.OpenStandardInput() : File.OpenRead(file);
            return new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, BufferSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolErrors.CannotRead(file!, e);
        }
    }
}
