using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A restore: databases are untouched unless it was acknowledged, and then they hold what was backed up.
/// </summary>
internal sealed class RestoreCase(FaultWorld world, RestoreScope scope) : FaultCase(world)
{
    private string _before = "";

    private string Target => scope == RestoreScope.Cluster ? "" : "DATABASE shop ";

    public override async Task PrepareAsync()
    {
        Create();
        await Bench.RunAsync($"BACKUP {Target}INTO '{Collection}'{With()}");
        Change();
        await Bench.RunAsync($"BACKUP {Target}INTO LATEST IN '{Collection}'{With()}");
        if (scope == RestoreScope.Cluster)
            Bench.Engine.Drop("shop");
        _before = Bench.Engine.DumpAll();
    }

    public override Task ActAsync() => Bench.RunAsync(scope switch
    {
        RestoreScope.Database => $"RESTORE DATABASE shop FROM LATEST IN '{Collection}'{With("new_db_name = 'again'")}",
        RestoreScope.Table => $"RESTORE TABLE shop.goods AS goods_again FROM LATEST IN '{Collection}'{With()}",
        _ => $"RESTORE FROM LATEST IN '{Collection}'{With()}",
    });

    public override async Task CheckAsync(bool done, FaultKind kind)
    {
        if (done)
            CheckRestored();
        else
            Assert.Equal(_before, Bench.Engine.DumpAll());
        if (scope == RestoreScope.Cluster)
        {
            if (!done)
                await ActAsync();
            CheckRestored();
            return;
        }

        await CheckLayersAsync(2);
        await CheckWorksOnAsync();
    }

    private void CheckRestored()
    {
        if (scope == RestoreScope.Table)
            Assert.Equal(Rows("goods"), Rows("goods_again"));
        else
            Assert.Equal(States[^1], Bench.Engine.Dump(scope == RestoreScope.Cluster ? "shop" : "again"));
    }

    private string Rows(string table) => string.Join(
        '\n', Bench.Engine.Query("shop", $"SELECT * FROM {table}").Rows.Select(row => string.Join('|', row)));
}
