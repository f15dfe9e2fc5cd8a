namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Random statements against a model; see <see cref="StatementWalk"/>.</summary>
public sealed class RandomStatementsTests
{
    private const int Steps = 80;

    [Fact]
    public Task Random_statements_do_on_the_engine_in_memory_what_the_model_says() =>
        Seeds.RunAsync(8, seed => WalkAsync("memory", seed));

    [Fact]
    public Task Random_statements_do_on_sqlite_what_the_model_says() =>
        Seeds.RunAsync(3, seed => WalkAsync("sqlite", seed));

    private static async Task WalkAsync(string engine, int seed)
    {
        await using var walk = new StatementWalk(engine, seed);
        await walk.RunAsync(Steps);
    }
}
