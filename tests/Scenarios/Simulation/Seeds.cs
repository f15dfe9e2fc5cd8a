using System.Globalization;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>Seeds of tests that leave much to chance: a failure names its seed, BACKUPSQL_SEED repeats it.</summary>
internal static class Seeds
{
    /// <summary>Runs a test for some seeds.</summary>
    public static async Task RunAsync(int count, Func<int, Task> test)
    {
        var given = Environment.GetEnvironmentVariable("BACKUPSQL_SEED");
        var seeds = given is null ? Enumerable.Range(1, count) : [int.Parse(given, CultureInfo.InvariantCulture)];
        foreach (var seed in seeds)
        {
            try
            {
                await test(seed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"It failed with BACKUPSQL_SEED={seed}: {failure.Message}", failure);
            }
        }
    }
}
