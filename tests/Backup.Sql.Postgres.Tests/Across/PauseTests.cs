using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests.Across;

/// <summary>SQLite and PostgreSQL at one point, while money moves between them.</summary>
public sealed class PauseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_backup_with_a_pause_keeps_the_total()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var gate = new WriteGate("transfers");
        await using var three = await ThreeEngines.OpenAsync(gate);
        var transfers = new Transfers(three, gate, seed);
        await transfers.MakeAsync();
        using var stop = new CancellationTokenSource();
        var work = transfers.RunAsync(4, stop.Token);
        var backups = new List<(string Collection, string Time)>();
        string[] collections = ["one", "one", "one", "two", "two"];
        foreach (var collection in collections.Select(name => $"mem://{name}"))
        {
            var kind = backups.Exists(backup => backup.Collection == collection) ? "LATEST IN " : "";
            await WaitForTransfersAsync(transfers, work);
            backups.Add((collection, await BackUpAsync(three, $"BACKUP DATABASE till, bank INTO {kind}'{collection}' WITH pause = '20ms'")));
        }

        await WaitForTransfersAsync(transfers, work);
        await stop.CancelAsync();
        await work;

        output.WriteLine($"{transfers.Done} transfers");
        Assert.Null(await transfers.FindTearAsync("till", "bank"));
        foreach (var (number, (collection, time)) in backups.Index())
        {
            foreach (var database in (string[])["till", "bank"])
            {
                await three.RunAsync(
                    $"RESTORE DATABASE {database} FROM LATEST IN '{collection}' AS OF SYSTEM TIME '{time}' "
                    + $"WITH new_db_name = '{database}_{number}'");
            }

            Assert.Null(await transfers.FindTearAsync($"till_{number}", $"bank_{number}"));
        }

        // Both by one statement, each into its engine.
        await three.Server.RunSqlAsync("postgres", "DROP DATABASE bank WITH (FORCE)");
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(three.FileOf("till"))!, "till.db*"))
            File.Delete(file);
        await three.RunAsync("RESTORE DATABASE till, bank FROM LATEST IN 'mem://two'");
        Assert.Null(await transfers.FindTearAsync("till", "bank"));
    }

    [Fact]
    public async Task The_check_finds_what_a_cut_at_two_moments_tears()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var gate = new WriteGate("transfers");
        await using var three = await ThreeEngines.OpenAsync(gate);
        var transfers = new Transfers(three, gate, 1);
        await transfers.MakeAsync();
        using var stop = new CancellationTokenSource();
        var work = transfers.RunAsync(2, stop.Token);
        await three.RunAsync("BACKUP DATABASE till INTO 'mem://till'");
        await WaitForTransfersAsync(transfers, work);
        await three.RunAsync("BACKUP DATABASE bank INTO 'mem://bank'");
        await stop.CancelAsync();
        await work;

        await three.RunAsync("RESTORE DATABASE till FROM LATEST IN 'mem://till' WITH new_db_name = 'till_torn'");
        await three.RunAsync("RESTORE DATABASE bank FROM LATEST IN 'mem://bank' WITH new_db_name = 'bank_torn'");
        var tear = await transfers.FindTearAsync("till_torn", "bank_torn");
        output.WriteLine(tear);
        Assert.NotNull(tear);

        // And what a writer tears that goes around the gate, pause or not.
        await transfers.LeaveHalfDoneAsync();
        await BackUpAsync(three, "BACKUP DATABASE till, bank INTO 'mem://both' WITH pause = '20ms'");
        await three.RunAsync("RESTORE DATABASE till FROM LATEST IN 'mem://both' WITH new_db_name = 'till_half'");
        await three.RunAsync("RESTORE DATABASE bank FROM LATEST IN 'mem://both' WITH new_db_name = 'bank_half'");
        Assert.StartsWith("the total is ", await transfers.FindTearAsync("till_half", "bank_half"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_says_why_writers_are_paused_or_not()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var gate = new WriteGate("transfers");
        await using var three = await ThreeEngines.OpenAsync(gate);
        await new Transfers(three, gate, 1).MakeAsync();
        await three.MakePostgresAsync("branch", "CREATE TABLE t (id int PRIMARY KEY)");

        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => three.RunAsync("BACKUP DATABASE till, bank INTO 'mem://x'"));
        Assert.Equal((SqlStates.InvalidStatement, "a consistent backup of till, bank needs WITH pause"), (refused.SqlState, refused.Message));
        refused = await Assert.ThrowsAsync<BackupSqlException>(
            () => three.RunAsync("BACKUP DATABASE till, bank INTO 'mem://x' AS OF SYSTEM TIME '-1s' WITH pause"));
        Assert.Equal("pause cannot be combined with AS OF SYSTEM TIME", refused.Message);
        Assert.Equal(
            "consistent by a pause: the databases lie in several stores (sqlite, pg)",
            await ReasonAsync("BACKUP DATABASE till, bank INTO 'mem://x' WITH pause"));
        Assert.Equal(
            "consistent by a plain snapshot: engine pg gives one point in time while writers work",
            await ReasonAsync("BACKUP DATABASE bank, branch INTO 'mem://x'"));
        Assert.Equal(
            "consistent by a plain snapshot: engine sqlite gives one point in time while writers work",
            await ReasonAsync("BACKUP DATABASE till INTO 'mem://x'"));
        Assert.Equal(
            "consistent by a pause, as asked for: engine pg alone would do with a plain snapshot",
            await ReasonAsync("BACKUP DATABASE bank INTO 'mem://x' WITH pause"));

        async Task<string> ReasonAsync(string statement)
        {
            var plan = await three.Session.ExecuteAsync("EXPLAIN " + statement);
            var lines = new List<string>();
            await foreach (var row in plan.Rows)
                lines.Add((string)row[0]!);
            output.WriteLine(string.Join('\n', lines));
            return lines.Single(line => line.StartsWith("consistent by ", StringComparison.Ordinal));
        }
    }

    /// <summary>Waits until some more transfers have ended, so that there is something between two backups.</summary>
    private static async Task WaitForTransfersAsync(Transfers transfers, Task work)
    {
        var goal = transfers.Done + 20;
        while (transfers.Done < goal && !work.IsCompleted)
            await Task.Delay(5);
        Assert.False(work.IsFaulted, work.Exception?.ToString());
    }

    /// <summary>Runs a backup.</summary>
    /// <returns>The time that it is of.</returns>
    private static async Task<string> BackUpAsync(ThreeEngines three, string statement)
    {
        var result = await three.Session.ExecuteAsync(statement);
        await foreach (var row in result.Rows)
        {
            var column = result.Columns.Index().Single(column => column.Item.Name == "restore_time").Index;
            return ((DateTimeOffset)row[column]!).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("A backup gave no row.");
    }
}
