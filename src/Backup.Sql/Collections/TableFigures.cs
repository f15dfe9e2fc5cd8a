namespace Backup.Sql.Collections;

/// <summary>How big a table was at a layer's end.</summary>
/// <param name="TableId">The table.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Bytes that its rows took in the engine.</param>
/// <param name="IndexEntries">Entries of all its secondary indexes.</param>
/// <param name="Database">
/// The table's database: ids are unique in one engine only. Null in layers of the first versions, which had one.
/// </param>
internal sealed record TableFigures(
    long TableId, long Rows, long Bytes, long IndexEntries, string? Database = null)
{
    /// <summary>The figures of a layer by table.</summary>
    /// <param name="figures">The layer's figures.</param>
    /// <returns>Finds those of a table by its database and id; null for none.</returns>
    public static Func<string, long, TableFigures?> Index(IEnumerable<TableFigures> figures)
    {
        var byTable = figures.GroupBy(f => (f.Database, f.TableId)).ToDictionary(g => g.Key, g => g.First());
        return (database, id) =>
            byTable.GetValueOrDefault((database, id)) ?? byTable.GetValueOrDefault((null, id));
    }
}
