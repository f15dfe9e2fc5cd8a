using Backup.Sql.Scenarios.Fixture;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>What SHOW BACKUP tells of the layers of a collection.</summary>
internal static class Layers
{
    /// <summary>The sub-directories of the full backups.</summary>
    public static async Task<IReadOnlyList<string>> ListChainsAsync(Bench bench, string collection)
    {
        var answer = await bench.RunAsync($"SHOW BACKUPS IN '{collection}'");
        return [.. answer.Rows.Rows.Select(row => (string)row[0]!)];
    }

    /// <summary>The ends of a chain's layers, oldest first, as AS OF SYSTEM TIME takes them.</summary>
    public static async Task<IReadOnlyList<string>> ListEndsAsync(Bench bench, string collection, string chain, string with = "")
    {
        var answer = await bench.RunAsync($"SHOW BACKUP FROM '{chain}' IN '{collection}'{with}");
        var column = answer.Rows.Column("end_time");
        return [.. answer.Rows.Rows.Select(row => Scripting.Expectation.Show(row[column])).Distinct()];
    }
}
