using System.Text.Json;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Execution;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Plans;

/// <summary>Plans are data: another process, which has only their JSON, can run them.</summary>
public sealed class PlanJsonTests
{
    private const string Backup = "BACKUP DATABASE shop INTO 'mem://depot'";
    private const string Increment = "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'";
    private const string Restore = "RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'again'";

    [Theory]
    [InlineData("sqlite")]
    [InlineData("memory")]
    public async Task A_plan_that_went_through_json_does_what_its_statement_says(string engine)
    {
        await using var bench = new Bench(new BenchSetup { Engines = engine });
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one');");
        await RunAsync(bench, await ThroughJsonAsync(bench, Backup));
        bench.Engine.Execute("shop", "INSERT INTO t VALUES (2, 'two');");
        await RunAsync(bench, await ThroughJsonAsync(bench, Increment));
        await RunAsync(bench, await ThroughJsonAsync(bench, Restore));
        Assert.Equal(bench.Engine.Dump("shop"), bench.Engine.Dump("again"));
    }

    [Fact]
    public async Task Tables_out_of_pages_are_restored_by_a_plan_that_went_through_json()
    {
        await using var bench = new Bench();
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'one');");
        bench.Engine.Execute("dest", "CREATE TABLE other (a);");
        await bench.RunAsync(Backup);
        const string Statement = "RESTORE TABLE shop.t FROM LATEST IN 'mem://depot' WITH into_db = 'dest'";
        await RunAsync(bench, await ThroughJsonAsync(bench, Statement));
        Assert.Equal("one", bench.Engine.Query("dest", "SELECT b FROM t").Rows[0][0]);
    }

    [Fact]
    public async Task Every_kind_of_step_survives_json()
    {
        var seen = new HashSet<Type>();
        foreach (var engine in new[] { "sqlite", "memory" })
        {
            await using var bench = new Bench(new BenchSetup
            {
                Engines = engine,
                Pauses = new Dictionary<string, IPauseController> { [engine] = new WriteGate("test") },
            });
            bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY);");
            await bench.RunAsync("GRANT BACKUP ON DATABASE shop TO clerk");
            await bench.RunAsync(Backup);
            await bench.RunAsync("CREATE REPOSITORY depot WITH BROKER ON LOCATION 'mem://depot'");
            await bench.RunAsync("BACKUP SNAPSHOT shop.s1 TO depot");
            foreach (var job in await bench.Host.Jobs.ListAsync(CancellationToken.None))
                await bench.Host.Jobs.WaitAsync(job.Id, CancellationToken.None);
            var time = (await bench.RunAsync("SHOW SNAPSHOT ON depot")).Value<string>("Timestamp");
            var again = $"RESTORE SNAPSHOT shop.s1 FROM depot PROPERTIES (\"backup_timestamp\" = \"{time}\")";
            foreach (var statement in new[]
            {
                Backup, Increment, Restore + ", grants", Backup + " WITH pause", "RESTORE TABLE shop.t AS u FROM LATEST IN 'mem://depot'",
                "BACKUP SNAPSHOT shop.s2 TO depot", again,
            })
                seen.UnionWith((await ThroughJsonAsync(bench, statement)).Steps.Select(step => step.GetType()));
        }

        var all = typeof(PlanStep).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(PlanStep)));
        Assert.Equal(all.Order(ByName), seen.Order(ByName));
    }

    [Fact]
    public async Task A_plan_made_for_another_state_of_the_chain_is_refused()
    {
        await using var bench = new Bench();
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY);");
        await bench.RunAsync(Backup);
        var increment = await ThroughJsonAsync(bench, Increment);
        var restore = await ThroughJsonAsync(bench, Restore);
        await bench.RunAsync(Increment);
        Assert.Equal(SqlStates.ObjectInUse, (await FailsAsync(bench, increment)).SqlState);

        // What the restore was to read is still there, so it may go on.
        await RunAsync(bench, restore);
        Assert.Empty(bench.Leftovers());
    }

    [Fact]
    public async Task A_plan_names_no_secret()
    {
        await using var bench = new Bench();
        bench.Engine.Execute("shop", "CREATE TABLE t (a INTEGER PRIMARY KEY);");
        var uri = Storage.StoreUri.Parse("s3://bucket/x?AWS_ACCESS_KEY_ID=me&AWS_SECRET_ACCESS_KEY=hush");
        var sealedLocation = bench.Host.Options.SecretVault.Seal(uri);
        Assert.DoesNotContain("hush", sealedLocation, StringComparison.Ordinal);
        Assert.Equal("hush", bench.Host.Options.SecretVault.Open(sealedLocation).Parameters["AWS_SECRET_ACCESS_KEY"]);
    }

    private static IComparer<Type> ByName { get; } = Comparer<Type>.Create(
        (left, right) => string.CompareOrdinal(left.Name, right.Name));

    private static async Task<ExecutionPlan> ThroughJsonAsync(Bench bench, string statement)
    {
        var plan = await bench.PlanAsync(statement);
        var json = plan.ToJson();
        var read = ExecutionPlan.FromJson(json);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(plan.Steps.Count, read.Steps.Count);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(json).RootElement.ValueKind);
        return read;
    }

    private static async Task RunAsync(Bench bench, ExecutionPlan plan)
    {
        var job = await bench.Host.Jobs.CreateAsync(plan.Kind, "", "", "{}", "root", CancellationToken.None);
        var run = await bench.Host.Jobs.StartAsync(
            job, (_, turn, token) => bench.Host.Runner.RunAsync(plan, turn, token), null, CancellationToken.None);
        if ((await run.End).Error is { } error)
            throw error;
        await bench.Host.Runner.SettleAsync(await bench.Host.Jobs.GetAsync(job.Id, CancellationToken.None), CancellationToken.None);
    }

    private static Task<BackupSqlException> FailsAsync(Bench bench, ExecutionPlan plan) =>
        Assert.ThrowsAsync<BackupSqlException>(() => RunAsync(bench, plan));
}
