using System.Globalization;
using System.Text;
using Backup.Sql.State;

namespace Backup.Sql.Postgres.Tests.State;

/// <summary>What other processes do with a state.</summary>
internal static class StateWriters
{
    /// <summary>Entries that one commit changes together.</summary>
    public static readonly string[] Group = ["a", "b", "c", "d"];

    /// <summary>Counts a number up, each time by compare and swap.</summary>
    public static async Task<int> CountAsync(string connectionString, string schema, string key, int times)
    {
        await using var store = PostgresStateStore.Open(connectionString, schema);
        await CountAsync(store, key, times);
        return 0;
    }

    /// <inheritdoc cref="CountAsync(string, string, string, int)"/>
    public static async Task CountAsync(IStateStore store, string key, int times)
    {
        for (var done = 0; done < times;)
        {
            var seen = await store.GetAsync("counter", key);
            var count = seen is null ? 0 : NumberIn(seen);
            if (await store.TryCommitAsync([new("counter", key, seen?.Version ?? 0, Bytes(count + 1))]))
                done++;
        }
    }

    /// <summary>Changes the group, and tells the number of each commit once it is acknowledged, until it is killed.</summary>
    public static async Task<int> WriteForEverAsync(string connectionString, string schema)
    {
        await using var store = PostgresStateStore.Open(connectionString, schema);
        while (true)
        {
            var seen = await store.ListAsync("group");
            var number = seen.Count == 0 ? 1 : NumberIn(seen[0]) + 1;
            var committed = await store.TryCommitAsync(
                [.. Group.Select((key, i) => new StateChange("group", key, seen.ElementAtOrDefault(i)?.Version ?? 0, Bytes(number)))]);
            if (committed)
                Console.WriteLine(number);
        }
    }

    public static int NumberIn(StateEntry entry) =>
        int.Parse(Encoding.UTF8.GetString(entry.Value.Span).AsSpan().Trim(), CultureInfo.InvariantCulture);

    // Some values take a page or more.
    private static byte[] Bytes(int number) =>
        Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadLeft(1 + (number % 7 * 1500)));
}
