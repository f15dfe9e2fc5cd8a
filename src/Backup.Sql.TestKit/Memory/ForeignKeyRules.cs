using Backup.Sql.Catalog;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Checks foreign keys against the newest rows. Under the store's lock.</summary>
internal sealed class ForeignKeyRules(MemoryStore store)
{
    private const int RowsNamed = 5;

    private CatalogState Catalog => store.Catalog.Current;

    /// <summary>Checks what a transaction wrote: its new rows, and the rows that refer to those it took away.</summary>
    public void CheckWritten(TableDescriptor table, IEnumerable<byte[]> keys)
    {
        var rows = store.Tables[table.Id].Rows;
        var referring = Catalog.In(table.Database).OfType<TableDescriptor>()
            .SelectMany(child => child.ForeignKeys.Where(key => FindParent(child, key)?.Id == table.Id)
                .Select(key => (Child: child, Key: key))).ToList();
        if (table.ForeignKeys.Count == 0 && referring.Count == 0)
            return;
        foreach (var newest in keys.Select(key => rows.Find(key)?.Newest))
        {
            if (newest?.Value is { } written)
                CheckRow(table, written);
            if (newest?.Older?.Value is { } gone)
                referring.ForEach(reference => CheckReferring(reference.Child, reference.Key, table, gone));
        }
    }

    /// <summary>Checks all rows of a table that is not yet published.</summary>
    /// <param name="table">The table as it will be.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="staged">Finds a table that will be published with it.</param>
    public void CheckStaged(
        TableDescriptor table, MemoryTable rows, Func<string, string?, string, (TableDescriptor, MemoryTable)?> staged)
    {
        foreach (var key in table.ForeignKeys)
        {
            var schema = key.ReferencedSchema ?? table.Schema;
            var (parent, parentRows) = staged(table.Database, schema, key.ReferencedTable)
                ?? (FindParent(table, key) is { } live
                    ? (live, store.Tables[live.Id])
                    : throw MemoryErrors.TableNotFound($"{schema}.{key.ReferencedTable}"));
            var parentColumns = ReferencedColumns(key, parent);
            var parentOrdinals = MemoryTable.Ordinals(parent, parentColumns);
            var known = parentRows.Newest().Select(row => ValueReader.ReadKey(row.Value, parentOrdinals, out _))
                .ToHashSet(ByteArrayComparer.Instance);
            var ordinals = MemoryTable.Ordinals(table, key.Columns);
            var missing = rows.Newest()
                .Where(row => ValueReader.ReadKey(row.Value, ordinals, out var isNull) is var wanted
                    && !isNull && !known.Contains(wanted))
                .Select(row => Print(row.Value, key, ordinals)).Take(RowsNamed).ToList();
            if (missing.Count > 0)
                throw MemoryErrors.MissingReference(table, key, missing);
        }
    }

    private void CheckRow(TableDescriptor table, byte[] row)
    {
        foreach (var key in table.ForeignKeys)
        {
            var ordinals = MemoryTable.Ordinals(table, key.Columns);
            var wanted = ValueReader.ReadKey(row, ordinals, out var holdsNull);
            if (holdsNull)
                continue;
            var parent = FindParent(table, key) ?? throw MemoryErrors.TableNotFound(key.ReferencedTable);
            if (!store.Tables[parent.Id].Has(parent, ReferencedColumns(key, parent), wanted))
                throw MemoryErrors.MissingReference(table, key, [Print(row, key, ordinals)]);
        }
    }

    private void CheckReferring(TableDescriptor child, ForeignKeyDescriptor key, TableDescriptor parent, byte[] gone)
    {
        var columns = ReferencedColumns(key, parent);
        var ordinals = MemoryTable.Ordinals(parent, columns);
        var value = ValueReader.ReadKey(gone, ordinals, out var holdsNull);
        if (holdsNull || store.Tables[parent.Id].Has(parent, columns, value))
            return;
        if (store.Tables[child.Id].Has(child, key.Columns, value))
            throw MemoryErrors.MissingReference(child, key, [Print(gone, key, ordinals)]);
    }

    private TableDescriptor? FindParent(TableDescriptor child, ForeignKeyDescriptor key) =>
        Catalog.FindTable(child.Database, key.ReferencedSchema ?? child.Schema, key.ReferencedTable);

    private static IReadOnlyList<string> ReferencedColumns(ForeignKeyDescriptor key, TableDescriptor parent) =>
        key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent.PrimaryKey;

    private static string Print(byte[] row, ForeignKeyDescriptor key, IReadOnlyList<int> ordinals)
    {
        var values = ValueReader.ReadAll(row);
        return string.Join(", ", key.Columns.Zip(ordinals, (column, i) => $"{column} = {ValueText.Print(values[i])}"));
    }
}
