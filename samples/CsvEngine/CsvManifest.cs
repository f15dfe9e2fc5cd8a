using Backup.Sql.Catalog;

namespace CsvSample;

// docs: manifest
/// <summary>One state of the whole cluster. Whoever holds one can read that state for as long as the files exist.</summary>
internal sealed record CsvManifest(
    string ClusterId, long Microseconds, long LastId, IReadOnlyList<CsvDatabase> Databases)
{
    public IEnumerable<string> Files => Databases.SelectMany(d => d.Tables).Select(t => t.File);

    public CsvDatabase Get(string database) =>
        Databases.FirstOrDefault(d => d.Name == database) ?? throw CsvErrors.NoSuchDatabase(database);

    public CsvManifest With(CsvDatabase database) => this with
    {
        Databases =
        [
            .. Databases.Where(d => d.Name != database.Name).Append(database)
                .OrderBy(d => d.Name, StringComparer.Ordinal),
        ],
    };
}

/// <summary>A database: its name, the numbers of itself and of its one schema, its tables.</summary>
internal sealed record CsvDatabase(string Name, long Id, long SchemaId, IReadOnlyList<CsvTable> Tables)
{
    public CsvTable Get(string table) =>
        Tables.FirstOrDefault(t => t.Descriptor.Name == table) ?? throw CsvErrors.NoSuchTable(table);

    public CsvDatabase With(CsvTable table) => this with
    {
        Tables = [.. Tables.Where(t => t.Descriptor.Name != table.Descriptor.Name).Append(table)],
    };
}

/// <summary>A table and the file that holds its rows. The file never changes: a change writes another one.</summary>
internal sealed record CsvTable(TableDescriptor Descriptor, string File);
// docs: end
