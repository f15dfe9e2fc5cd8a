using System.Diagnostics.CodeAnalysis;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>Reads how the tables of a database are to be tracked.</summary>
internal sealed class DefinitionReader(Connection connection, IReadOnlyList<MasterRow> master)
{
    /// <summary>The name that numbers nothing yet.</summary>
    private const long Unnumbered = 0;

    private static readonly string[] KnownCollations = ["BINARY", "NOCASE", "RTRIM"];

    /// <summary>
    /// The tables that are tracked. Those in which the module of a virtual table keeps its data are not: modules write
    /// them in the midst of a statement, and were not made for triggers there.
    /// </summary>
    public static IEnumerable<MasterRow> TablesOf(IReadOnlyList<MasterRow> master) => master.Where(row =>
        row is { Type: "table", RootPage: not 0, IsInternal: false, Sql: not null }
        && !HistoryNames.IsOwn(row.Name)
        && !VirtualOf(master).Any(owner => VirtualTables.SuffixOf(owner.Name, row.Name) is not null));

    private static IEnumerable<MasterRow> VirtualOf(IReadOnlyList<MasterRow> master) =>
        master.Where(VirtualTables.IsVirtual);

    /// <summary>
    /// Everything that is the user's, as it is kept for later; of root pages only whether there is one.
    /// </summary>
    public static List<MasterRow> UsersOwn(IEnumerable<MasterRow> master) =>
        [.. master.Where(row => row is { IsInternal: false, Sql: not null }
            && !HistoryNames.IsOwn(row.Name) && !HistoryNames.IsOwn(row.Table))
            .Select(row => row with { RootPage = row.RootPage == 0 ? 0u : 1u })];

    /// <summary>The names of the tables that can be tracked.</summary>
    public static HashSet<string> TrackableOf(Connection connection, IReadOnlyList<MasterRow> master)
    {
        var reader = new DefinitionReader(connection, master);
        return TablesOf(master).Where(row => reader.TryRead(row, out _)).Select(row => row.Name)
            .ToHashSet(AsciiIgnoreCaseComparer.Instance);
    }

    /// <summary>Reads one table.</summary>
    /// <param name="row">The table.</param>
    /// <param name="definition">How it is to be tracked.</param>
    /// <returns>False when nothing tells its rows apart, or a unique key cannot be written down.</returns>
    public bool TryRead(MasterRow row, [NotNullWhen(true)] out TableDefinition? definition)
    {
        var table = new TableReader(connection, master).Read(row);
        var keys = ReadUniqueKeys(row.Name, table, out var primary);
        definition = keys is null || (!table.IsWithoutRowId && table.RowIdName is null)
            || primary.Any(part => !KnownCollations.Contains(part.Collation, StringComparer.OrdinalIgnoreCase))
            ? null
            : new TableDefinition
            {
                Number = Unnumbered,
                Name = row.Name,
                Sql = row.Sql!,
                Columns = table.Columns,
                RowId = table.IsWithoutRowId ? null : table.RowIdName,
                HasLastingKey = table.IsWithoutRowId || table.RowIdColumn >= 0,
                Key = table.IsWithoutRowId ? primary : [],
                UniqueKeys = keys,
            };
        return definition is not null;
    }

    private List<IReadOnlyList<UniquePart>>? ReadUniqueKeys(string table, SqliteTable read, out List<KeyPart> primary)
    {
        primary = [];
        var indexes = new List<(string Name, string Origin)>();
        using (var rows = connection.Prepare($"PRAGMA index_list({Connection.Quote(table)})"))
        {
            while (rows.Step())
            {
                if (rows.Integer(2) != 0)
                    indexes.Add((rows.Text(1), rows.Text(3)));
            }
        }

        var keys = new List<IReadOnlyList<UniquePart>>();
        foreach (var (name, origin) in indexes)
        {
            if (ReadParts(name, read) is not { } parts)
                return null;
            keys.Add(parts);
            if (origin == "pk" && read.IsWithoutRowId)
                primary = [.. read.KeyColumns.Select((column, i) => new KeyPart(column.Ordinal, parts[i].Collation))];
        }

        return keys;
    }

    /// <summary>
    /// The parts of one index. Its predicate does not matter: without it more rows are taken down than collide.
    /// </summary>
    private List<UniquePart>? ReadParts(string index, SqliteTable table)
    {
        using var rows = connection.Prepare($"PRAGMA index_xinfo({Connection.Quote(index)})");
        var parts = new List<UniquePart>();
        while (rows.Step())
        {
            if (rows.Integer(5) == 0)
                continue;
            var collation = rows.Text(4);
            if (rows.TextOrNull(2) is { } column)
                parts.Add(ColumnPart(column, collation));
            else if (ExpressionPart(index, (int)rows.Integer(0), table, parts.Count, collation) is { } part)
                parts.Add(part);
            else
                return null;
        }

        return parts;
    }

    private static UniquePart ColumnPart(string column, string collation)
    {
        var name = Connection.Quote(column);
        return new UniquePart(name, "NEW." + name, "OLD." + name, collation);
    }

    private UniquePart? ExpressionPart(string index, int column, SqliteTable table, int position, string collation)
    {
        const int rowId = -1;
        if (column == rowId)
        {
            return table.RowIdName is { } name ? ColumnPart(name, collation) : null;
        }

        var ddl = master.FirstOrDefault(row => row.Type == "index" && row.Name == index)?.Sql;
        return ddl is null ? null : IndexExpression.Read(ddl, position, AllColumns(table.Name), collation);
    }

    private List<string> AllColumns(string table)
    {
        using var rows = connection.Prepare($"PRAGMA table_xinfo({Connection.Quote(table)})");
        var names = new List<string>();
        while (rows.Step())
            names.Add(rows.Text(1));
        return names;
    }
}
