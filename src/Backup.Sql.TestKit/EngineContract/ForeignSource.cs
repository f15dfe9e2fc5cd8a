using Backup.Sql.Catalog;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Plays another engine: a database whose tables hold what the engine under test can hold.</summary>
internal sealed class ForeignSource(MemoryEngine engine, IReadOnlyList<ColumnKind> moreKinds)
{
    public void Fill(string database)
    {
        engine.CreateDatabase(database);
        foreach (var sample in new[] { Samples.Accounts, Samples.Bookings, Samples.Notes, Samples.AllKinds(moreKinds) })
        {
            var table = engine.Create(MemoryTables.Describe(database, sample));
            using var transaction = engine.BeginTransaction();
            foreach (var row in Samples.Rows(sample, 12))
                transaction.Insert(table, row.Values);
            transaction.Commit();
        }
    }
}
