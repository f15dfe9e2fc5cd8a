using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Demo;
using Backup.Sql.Repl.Editing;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Commands;

/// <summary><c>backupsql demo</c>: gives the demo a directory, and removes it when nobody asked to keep it.</summary>
internal static class DemoCommand
{
    /// <summary>Runs the demo.</summary>
    /// <param name="directory">Where to work; null for a temporary directory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code: 0, or 1 when something failed or money was lost.</returns>
    public static async Task<int> RunAsync(string? directory, CancellationToken cancellationToken)
    {
        var errors = new ErrorWriter(Console.Error);
        try
        {
            using var interrupts = new Interrupts();
            if (directory is not null)
                return await RunInAsync(MakeDirectory(directory)).ConfigureAwait(false);
            var temporary = Directory.CreateTempSubdirectory("backupsql-demo-");
            try
            {
                return await RunInAsync(temporary.FullName).ConfigureAwait(false);
            }
            finally
            {
                temporary.Delete(recursive: true);
            }

            Task<int> RunInAsync(string place) => interrupts.RunAsync(
                async token => await NewDemo(errors).RunAsync(place, token).ConfigureAwait(false) ? 0 : 1,
                cancellationToken);
        }
        catch (BackupSqlException e)
        {
            errors.Write(e, TextOrigin.Typed);
        }
        catch (OperationCanceledException e)
        {
            errors.Write(ToolErrors.Cancelled(e), TextOrigin.Typed);
        }

        return 1;
    }

    private static BankDemo NewDemo(ErrorWriter errors)
    {
        var screen = new Screen
        {
            Output = Console.Out,
            Answers = new TableWriter(Console.Out, SystemTerminal.OutputWidth),
            Errors = errors,
            Progress = ProgressViews.ForStandardError(),
            ShowTags = true,
            ShowTimes = true,
        };
        return new BankDemo(screen, TimeProvider.System);
    }

    private static string MakeDirectory(string path)
    {
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ToolErrors.CannotWrite(path, e);
        }
    }
}
