using System.Globalization;
using Backup.Sql.Execution;
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
            var agree = await RunAsync(session, cancellationToken).ConfigureAwait(false);
            screen.Output.WriteLine($"Done in {ValueText.Duration(clock.GetElapsedTime(started))}.");
            return agree;
        }
    }

    private async Task<bool> RunAsync(ToolSession session, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<IReadOnlyList<object?>>> Run(string statement) => ExecuteAsync(session, statement, cancellationToken);

        Say("A bank in SQLite: customers, accounts, transfers.");
        foreach (var statement in BankSql.Make)
            await Run(statement).ConfigureAwait(false);
        var first = Books.Of(await Run(BankSql.Books).ConfigureAwait(false));

        Say("A full backup, a day of business, an incremental backup.");
        await Run($"BACKUP DATABASE {Bank} INTO {Collection}").ConfigureAwait(false);
        foreach (var statement in BankSql.Day)
            await Run(statement).ConfigureAwait(false);
        await Run($"BACKUP DATABASE {Bank} INTO LATEST IN {Collection}").ConfigureAwait(false);
        var second = Books.Of(await Run(BankSql.Books).ConfigureAwait(false));
        await Run($"SHOW BACKUPS IN {Collection}").ConfigureAwait(false);
        var layers = await Run($"SHOW BACKUP FROM LATEST IN {Collection}").ConfigureAwait(false);
        await Run($"SHOW BACKUP VALIDATE FROM LATEST IN {Collection}").ConfigureAwait(false);

        Say("A table is destroyed, and comes back out of the chain of both backups.");
        await Run("DROP TABLE transfers").ConfigureAwait(false);
        await Run($"RESTORE TABLE {Bank}.transfers FROM LATEST IN {Collection}").ConfigureAwait(false);
        var restored = Books.Of(await Run(BankSql.Books).ConfigureAwait(false));

        Say("The whole bank as the full backup saw it, beside the one of today.");
        await Run($"RESTORE DATABASE {Bank} FROM LATEST IN {Collection} AS OF SYSTEM TIME '{EndOfFull(layers)}' "
            + $"WITH new_db_name = '{Earlier}'").ConfigureAwait(false);
        await session.UseAsync(Earlier, cancellationToken).ConfigureAwait(false);
        var earlier = Books.Of(await Run(BankSql.Books).ConfigureAwait(false));

        return Prove(("first", first), ("second", second), ("restored", restored), ("earlier", earlier));
    }

    private bool Prove(params (string Name, Books Books)[] states)
    {
        Say("The proof.");
        foreach (var (name, books) in states)
        {
            screen.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-9} {books.Money / 100m,16:N2} in {books.Transfers} transfers, {books.WrongAccounts} wrong accounts"));
        }

        var (first, second, restored, earlier) = (states[0].Books, states[1].Books, states[2].Books, states[3].Books);
        var agree = states.All(state => state.Books.Agree) && restored == second && earlier == first;
        screen.Output.WriteLine(agree
            ? "The books agree: the restored table is the one that was dropped, the earlier bank is the one of the full backup."
            : "THE BOOKS DO NOT AGREE.");
        return agree;
    }

    private async Task<IReadOnlyList<IReadOnlyList<object?>>> ExecuteAsync(
        ToolSession session, string statement, CancellationToken cancellationToken)
    {
        screen.Output.WriteLine($"{session.CurrentDatabase}> {statement};");
        var started = clock.GetTimestamp();
        var last = new LastReport();
        var answer = await screen.Progress
            .ShowAsync(progress => session.ExecuteAsync(statement, last.Before(progress), cancellationToken))
            .ConfigureAwait(false);
        foreach (var notice in answer.Notices)
            screen.Errors.WriteNotice(notice);
        var rows = await answer.Rows.ToListAsync(cancellationToken).ConfigureAwait(false);
        if (last.Summary is { } summary)
            screen.Output.WriteLine(summary);
        await screen.Answers.WriteAsync(answer with { Rows = rows.ToAsyncEnumerable() }, cancellationToken).ConfigureAwait(false);
        screen.WriteTag(answer.Tag, clock.GetElapsedTime(started));
        return rows;
    }

    private void Say(string sentence)
    {
        screen.Output.WriteLine();
        screen.Output.WriteLine($"-- {sentence}");
    }

    /// <summary>The end of the full layer, out of the rows of SHOW BACKUP: type in column 4, end in column 6.</summary>
    private static string EndOfFull(IReadOnlyList<IReadOnlyList<object?>> layers) =>
        ValueText.Of(layers.First(row => row[4] is "full")[6])!;

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

    /// <summary>Keeps the last report of a job, to be printed where no bar could be watched, or after it has gone.</summary>
    private sealed class LastReport : IProgress<JobProgress>
    {
        private IProgress<JobProgress>? _next;
        private JobProgress? _last;

        public string? Summary => _last is null
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"  {_last.Fraction:P0} of job {_last.JobId}: {ValueText.Bytes(_last.BytesDone)} gone through, "
                + $"{ValueText.Bytes(_last.StoredBytes)} stored, {ValueText.Duration(_last.Elapsed)}");

        public IProgress<JobProgress> Before(IProgress<JobProgress> next)
        {
            _next = next;
            return this;
        }

        public void Report(JobProgress value)
        {
            _last = value;
            _next?.Report(value);
        }
    }
}
