using Backup.Sql.Diagnostics;
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
            await Bench.Host.DropExpiredSnapshotsAsync();
        else if (finished.Contains("two"))
            await Bench.RunAsync("DROP SNAPSHOT two ON depot");
        Assert.Equal(["one"], await ListAsync());

        // The label is free again, and nothing lies about.
        await MakeAsync("two", "");
        await CheckRestoresAsync("two", States[1]);
        await Bench.RunAsync("DROP SNAPSHOT two ON depot");
        await CheckRestoresAsync("one", States[0]);
    }

    // What cannot be removed now is left for the next call, and not counted.
    private async Task ExpireAsync()
    {
        if (await Bench.Host.DropExpiredSnapshotsAsync() == 0)
            throw new BackupSqlException(SqlStates.IoError, "nothing was removed");
    }

    // The statement returns at once; what it came to is told by its job.
    private async Task MakeAsync(string label, string properties)
    {
        await Bench.RunAsync($"BACKUP SNAPSHOT shop.{label} TO depot{properties}");
        await RequireSucceededAsync("SHOW BACKUP FROM shop");
    }

    private async Task CheckRestoresAsync(string label, string state)
    {
        var shown = (await Bench.RunAsync($"SHOW SNAPSHOT ON depot WHERE SNAPSHOT = '{label}'")).Rows;
        Bench.Engine.Execute("proof", "CREATE TABLE dummy (a INTEGER PRIMARY KEY); DROP TABLE dummy;");
        await Bench.RunAsync(
            $"RESTORE SNAPSHOT proof.{label} FROM depot PROPERTIES ('backup_timestamp' = '{shown.Value<string>(0, "Timestamp")}')");
        await RequireSucceededAsync("SHOW RESTORE FROM proof");
        Assert.Equal(state, Bench.Engine.Dump("proof"));
        Bench.Engine.Drop("proof");
    }

    private async Task RequireSucceededAsync(string last)
    {
        var job = (await Bench.RunAsync(last)).Rows.Value<long>(0, "JobId");
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
