using System.Globalization;
using Backup.Sql.Repl.Commands;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Demo;

/// <summary>
/// A bank, its backups, a table destroyed and restored, an earlier state brought back beside it; and the proof, by the
/// bank's own books, that both are what they were. Every statement is printed before it runs.
/// </summary>
/// <param name="screen">Where everything is printed.</param>
/// <param name="clock">Times the statements.</param>
internal sealed class BankDemo(Screen screen, TimeProvider clock)
{
    private const string Bank = "bank";
    private const string Earlier = "bank_before";
    private const string Collection = "'nodelocal://self/backups'";

    /// <summary>Runs the demo.</summary>
    /// <param name="directory">An existing directory in which no demo ran before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>True when the books agree.</returns>
    public async Task<bool> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        MakeEmptyDatabase(directory);
        var options = new ConnectionOptions { Directory = directory, Root = directory, First = Bank };
        var session = await ToolSession.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var agree = await RunAsync(new DemoScript(session, screen, clock), cancellationToken).ConfigureAwait(false);
            screen.Output.WriteLine($"Done in {ValueText.Duration(clock.GetElapsedTime(started))}.");
            return agree;
        }
    }

    private async Task<bool> RunAsync(DemoScript script, CancellationToken cancellationToken)
    {
        script.Say("A bank in SQLite: customers, accounts, transfers.");
        await script.RunAllAsync(BankSql.Make, cancellationToken).ConfigureAwait(false);
        var opening = await ReadBooksAsync(script, cancellationToken).ConfigureAwait(false);

        script.Say("A full backup, a day of business, an incremental backup.");
        await script.RunAsync($"BACKUP DATABASE {Bank} INTO {Collection}", cancellationToken).ConfigureAwait(false);
        await script.RunAllAsync(BankSql.Day, cancellationToken).ConfigureAwait(false);
        await script.RunAsync($"BACKUP DATABASE {Bank} INTO LATEST IN {Collection}", cancellationToken)
            .ConfigureAwait(false);
        var evening = await ReadBooksAsync(script, cancellationToken).ConfigureAwait(false);

        script.Say("What the collection holds, and the proof that all of it can be read.");
        var endOfFull = await InspectAsync(script, cancellationToken).ConfigureAwait(false);

        script.Say("A table is destroyed, and comes back out of the chain of both backups.");
        await script.RunAsync("DROP TABLE transfers", cancellationToken).ConfigureAwait(false);
        await script.RunAsync($"RESTORE TABLE {Bank}.transfers FROM LATEST IN {Collection}", cancellationToken)
            .ConfigureAwait(false);
        var restored = await ReadBooksAsync(script, cancellationToken).ConfigureAwait(false);

        script.Say("The whole bank as the full backup saw it, beside the one of today.");
        await script.RunAsync(
            $"RESTORE DATABASE {Bank} FROM LATEST IN {Collection} AS OF SYSTEM TIME '{endOfFull}' "
            + $"WITH new_db_name = '{Earlier}'",
            cancellationToken).ConfigureAwait(false);
        await script.UseAsync(Earlier, cancellationToken).ConfigureAwait(false);
        var earlier = await ReadBooksAsync(script, cancellationToken).ConfigureAwait(false);

        return Prove(script, opening, evening, restored, earlier);
    }

    private static async Task<Books> ReadBooksAsync(DemoScript script, CancellationToken cancellationToken) =>
        Books.Of(await script.RunAsync(BankSql.Books, cancellationToken).ConfigureAwait(false));

    /// <summary>Looks into the collection.</summary>
    /// <returns>The end of the full layer, out of the rows of SHOW BACKUP: type in column 4, end in column 6.</returns>
    private static async Task<string> InspectAsync(DemoScript script, CancellationToken cancellationToken)
    {
        await script.RunAsync($"SHOW BACKUPS IN {Collection}", cancellationToken).ConfigureAwait(false);
        var layers = await script.RunAsync($"SHOW BACKUP FROM LATEST IN {Collection}", cancellationToken)
            .ConfigureAwait(false);
        await script.RunAsync($"SHOW BACKUP VALIDATE FROM LATEST IN {Collection}", cancellationToken)
            .ConfigureAwait(false);
        return ValueText.Of(layers.First(row => row[4] is "full")[6])!;
    }

    private bool Prove(DemoScript script, Books opening, Books evening, Books restored, Books earlier)
    {
        script.Say("The proof.");
        Print("before the day", opening);
        Print("after the day", evening);
        Print("with the restored table", restored);
        Print("in the earlier bank", earlier);
        var agree = opening.Agree && evening.Agree && restored == evening && earlier == opening;
        screen.Output.WriteLine(agree
            ? "The books agree: the restored table is the dropped one, the earlier bank is that of the full backup."
            : "THE BOOKS DO NOT AGREE.");
        return agree;
    }

    private void Print(string when, Books books) => screen.Output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{when,-24}{books.Money / 100m:N2} after {books.Transfers} transfers, {books.WrongAccounts} accounts wrong"));

    // An empty file is an empty database to SQLite.
    private static void MakeEmptyDatabase(string directory)
    {
        var path = Path.Combine(directory, Bank + ".db");
        try
        {
            new FileStream(path, FileMode.CreateNew).Dispose();
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw ToolErrors.DemoDirectoryInUse(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ToolErrors.CannotWrite(path, e);
        }
    }
}
