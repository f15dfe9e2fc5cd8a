using Backup.Sql.Diagnostics;
using Backup.Sql.Sessions;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A snapshot of a repository is made, or expires: one that shows as finished restores exactly, a label that is not is free
/// to be used again, and the one beside it stays what it was.
/// </summary>
internal sealed class SnapshotCase(FaultWorld world, bool expires) : FaultCase(world)
{
    public override async Task PrepareAsync()
    {
        Create();
        await Bench.RunAsync($"CREATE REPOSITORY depot WITH BROKER ON LOCATION '{Collection}'");
        await MakeAsync("one", "");
        Change();
        if (!expires)
            return;
        await MakeAsync("two", " PROPERTIES ('ttl' = '1 HOUR')");
        Bench.Advance(TimeSpan.FromHours(2));
    }

    public override Task ActAsync() => expires ? ExpireAsync() : MakeAsync("two", "");

    public override async Task CheckAsync(bool done, FaultKind kind)
    {
        var finished = await ListAsync();
        Assert.Contains("one", finished);
        if (done && kind is not (FaultKind.NotFound or FaultKind.ShortRead))
            Assert.Equal(!expires, finished.Contains("two"));
        await CheckRestoresAsync("one", States[0]);
        if (finished.Contains("two"))
            await CheckRestoresAsync("two", States[1]);
        if (expires)
            await ExpireAsync();
        else if (finished.Contains("two"))
            await Bench.RunAsync("DROP SNAPSHOT ON depot WHERE SNAPSHOT = 'two'");
        Assert.Equal(["one"], await ListAsync());

        // The label is free again, and nothing lies about.
        await MakeAsync("two", "");
        await CheckRestoresAsync("two", States[1]);
        await Bench.RunAsync("DROP SNAPSHOT ON depot WHERE SNAPSHOT = 'two'");
        await CheckRestoresAsync("one", States[0]);
    }

    private Task ExpireAsync() => Bench.Host.DropExpiredSnapshotsAsync();

    // The statement returns at once; what it came to is told by its job.
    private async Task MakeAsync(string label, string properties)
    {
        await Bench.RunAsync($"BACKUP SNAPSHOT shop.{label} TO depot{properties}");
        var jobs = (await Bench.RunAsync("SHOW JOBS")).Rows;
        var newest = jobs.Rows.Max(row => (long)row[jobs.Column("job_id")]!);
        await RequireSucceededAsync(newest);
    }

    private async Task CheckRestoresAsync(string label, string state)
    {
        var shown = (await Bench.RunAsync($"SHOW SNAPSHOT ON depot WHERE SNAPSHOT = '{label}'")).Rows;
        Bench.Engine.Execute("proof", "CREATE TABLE dummy (a INTEGER PRIMARY KEY); DROP TABLE dummy;");
        await Bench.RunAsync(
            $"RESTORE SNAPSHOT proof.{label} FROM depot PROPERTIES ('backup_timestamp' = '{shown.Value<string>(0, "Timestamp")}')");
        var jobs = (await Bench.RunAsync("SHOW JOBS")).Rows;
        await RequireSucceededAsync(jobs.Rows.Max(row => (long)row[jobs.Column("job_id")]!));
        Assert.Equal(state, Bench.Engine.Dump("proof"));
        Bench.Engine.Drop("proof");
    }

    private async Task RequireSucceededAsync(long job)
    {
        var ended = (await Bench.RunAsync($"SHOW JOB WHEN COMPLETE {job}")).Rows;
        if (ended.Value<string>(0, "status") != "succeeded")
            throw new BackupSqlException(SqlStates.IoError, ended.Value<string?>(0, "error") ?? "it did not succeed");
    }

    private async Task<IReadOnlyList<string>> ListAsync()
    {
        var shown = (await Bench.RunAsync("SHOW SNAPSHOT ON depot")).Rows;
        return [.. shown.Rows.Where(row => (string)row[shown.Column("Status")]! == "OK").Select(row => (string)row[shown.Column("Snapshot")]!)];
    }
}
