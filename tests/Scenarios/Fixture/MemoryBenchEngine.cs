using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>The engine in memory, spoken to in a few words of SQL.</summary>
internal sealed class MemoryBenchEngine(MemoryEngine engine) : BenchEngine
{
    public override IDatabaseEngine Engine => engine;

    public MemoryEngine Memory => engine;

    public override IReadOnlyList<string> Databases =>
        [.. Read((catalog, token) => catalog.GetDatabasesAsync(token)).Select(d => d.Name).Order(StringComparer.Ordinal)];

    // The cluster outlives its clients.
    public override void Reopen()
    {
    }

    public override void Execute(string database, string sql)
    {
        if (!Databases.Contains(database))
            engine.CreateDatabase(database);
        new MemorySql(engine, database).Run(sql);
    }

    /// <summary>Gives a database its regions.</summary>
    public void SetRegions(string database, IReadOnlyList<string> regions) => engine.Alter(
        Read((catalog, token) => catalog.GetDatabasesAsync(token)).Single(d => d.Name == database) with { Regions = regions });

    public override Table Query(string database, string sql) => new MemorySql(engine, database).Query(sql);

    public override void Drop(string database) =>
        engine.Drop(Read((catalog, token) => catalog.GetDatabasesAsync(token)).Single(d => d.Name == database));

    public override string Dump(string database) => Dump(database, null);

    /// <summary>A whole database as it was at a time.</summary>
    public string Dump(string database, HlcTimestamp? asOf)
    {
        var text = new StringBuilder();
        var objects = Read((catalog, token) => catalog.GetObjectsAsync(database, token), asOf);
        foreach (var o in objects.OrderBy(o => $"{o.Schema}.{o.Name}", StringComparer.Ordinal))
        {
            text.Append(o.Schema).Append(": ").Append(o.Ddl);
            if (o is SequenceDescriptor sequence)
                text.Append($" at {sequence.Value} {sequence.IsCalled} owned {sequence.OwnerColumn}");
            text.Append('\n');
            if (o is TableDescriptor table)
                text.Append(engine.Dump(table, asOf));
        }

        return text.ToString();
    }

    public override IReadOnlyList<string> Leftovers() => [];

    // The engine in memory answers at once.
    private T Read<T>(Func<ICatalogReader, CancellationToken, ValueTask<T>> read, HlcTimestamp? asOf = null) =>
        Task.Run(async () =>
        {
            await using var catalog = await engine.OpenCatalogAsync(asOf);
            return await read(catalog, CancellationToken.None);
        }).GetAwaiter().GetResult();
}
