namespace Backup.Sql.Sqlite.Catalog;

/// <summary>
/// Virtual tables whose module keeps its data in ordinary tables beside. Such a table travels as its DDL and the
/// rows of those tables, exactly, so that not even the module is needed to back it up or to restore it.
/// Tables of modules that are not known here travel as ordinary tables of their own.
/// </summary>
internal static class VirtualTables
{
    private static readonly Dictionary<string, string[]> Suffixes = new(AsciiIgnoreCaseComparer.Instance)
    {
        ["fts3"] = ["content", "docsize", "segdir", "segments", "stat"],
        ["fts4"] = ["content", "docsize", "segdir", "segments", "stat"],
        ["fts5"] = ["config", "content", "data", "docsize", "idx"],
        ["rtree"] = ["node", "parent", "rowid"],
        ["rtree_i32"] = ["node", "parent", "rowid"],
        ["geopoly"] = ["node", "parent", "rowid"],
    };

    public static bool IsVirtual(MasterRow row) =>
        row.Type == "table" && row.RootPage == 0 && row.Sql is not null && new SqlText(row.Sql).IsWord(1, "VIRTUAL");

    /// <summary>The module: the name behind USING.</summary>
    public static string ModuleOf(string ddl)
    {
        var text = new SqlText(ddl);
        var position = text.FindOutside(0, "USING");
        return position > 0 && position + 1 < text.Count ? text.Name(position + 1) : string.Empty;
    }

    /// <summary>The tables of a virtual table, out of all rows of <c>sqlite_master</c>, by name.</summary>
    public static IReadOnlyList<MasterRow> ShadowsOf(MasterRow row, IEnumerable<MasterRow> master) =>
        !Suffixes.TryGetValue(ModuleOf(row.Sql!), out var suffixes)
            ? []
            : [.. master
                .Where(other => other.Type == "table"
                    && other.RootPage != 0
                    && SuffixOf(row.Name, other.Name) is { } suffix
                    && suffixes.Contains(suffix, AsciiIgnoreCaseComparer.Instance))
                .OrderBy(other => other.Name, StringComparer.Ordinal)];

    /// <summary>What stands behind the virtual table's name and an underscore.</summary>
    /// <returns>Null when the name is of another form.</returns>
    public static string? SuffixOf(string table, string shadow) =>
        shadow.Length > table.Length + 1
        && shadow[table.Length] == '_'
        && AsciiIgnoreCaseComparer.Instance.Equals(shadow[..table.Length], table)
            ? shadow[(table.Length + 1)..]
            : null;

    /// <summary>The shadow whose rows are the virtual table's rows, to count them.</summary>
    public static SqliteTable? CountedShadow(SqliteTable table) =>
        table.Shadows.FirstOrDefault(shadow => SuffixOf(table.Name, shadow.Name) is "docsize" or "rowid")
        ?? table.Shadows.FirstOrDefault(shadow => SuffixOf(table.Name, shadow.Name) is "content");
}
