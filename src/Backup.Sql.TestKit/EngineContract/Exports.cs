using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Exports into memory.</summary>
internal static class Exports
{
    public static async Task<List<CollectedRow>> AllAsync(
        IEngineSnapshot snapshot,
        Space space,
        CancellationToken token,
        ExportWindow? window = null,
        KeySpan? span = null)
    {
        var sink = new CollectedRows();
        await snapshot.ExportAsync(
            space, span ?? KeySpan.All, window ?? ExportWindow.Full, sink, token).ConfigureAwait(false);
        return sink.Rows;
    }

    public static TableSpace SpaceOf(TableDescriptor table) => new(table.Database, table.Id);

    /// <summary>
    /// Keys must be distinct, and ascend where the space promises it; rows are there and no deletions.
    /// </summary>
    public static void CheckWhole(IReadOnlyList<CollectedRow> rows, bool ordered)
    {
        var keys = new HashSet<byte[]>(Memory.ByteArrayComparer.Instance);
        for (var i = 0; i < rows.Count; i++)
        {
            Expect.That(rows[i].Value is not null, "A full export gave a deletion.");
            Expect.That(keys.Add(rows[i].Key), "A full export gave a key twice.");
            Expect.That(
                !ordered || i == 0 || rows[i - 1].Key.AsSpan().SequenceCompareTo(rows[i].Key) < 0,
                $"Keys do not ascend at row {i} although the space says that it is ordered.");
        }
    }
}
