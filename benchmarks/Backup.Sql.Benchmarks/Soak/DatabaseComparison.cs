using SQLitePCL;

namespace Backup.Sql.Benchmarks.Soak;

/// <summary>Compares two databases: every statement of the schema, every row, every value and its storage class.</summary>
internal static class DatabaseComparison
{
    /// <summary>Makes a database without a table.</summary>
    public static void MakeEmpty(string path)
    {
        using var made = ShopOperations.Open(path);
        raw.sqlite3_exec(made, "PRAGMA journal_mode=WAL; CREATE TABLE nothing (id INTEGER PRIMARY KEY); DROP TABLE nothing");
    }

    /// <summary>Compares.</summary>
    /// <param name="left">A database.</param>
    /// <param name="right">Another.</param>
    /// <param name="tables">Compare these alone; empty for everything.</param>
    /// <returns>The first difference; null when there is none.</returns>
    public static string? Compare(string left, string right, IReadOnlyList<string> tables)
    {
        using var one = ShopOperations.Open(left);
        using var other = ShopOperations.Open(right);
        var which = tables.Count == 0 ? "1" : $"tbl_name IN ({string.Join(", ", tables.Select(name => $"'{name}'"))})";
        var schema = $"SELECT type, name, tbl_name, sql FROM sqlite_master WHERE {which} ORDER BY type, name";
        if (CompareQuery(one, other, "the schema", schema) is { } difference)
            return difference;
        var names = Rows(one, $"SELECT name FROM sqlite_master WHERE type = 'table' AND {which}");
        return names.Select(name => CompareQuery(one, other, name, $"SELECT rowid, * FROM {name} ORDER BY rowid"))
            .FirstOrDefault(found => found is not null);
    }

    private static List<string> Rows(sqlite3 database, string sql)
    {
        raw.sqlite3_prepare_v2(database, sql, out var query);
        using (query)
        {
            var rows = new List<string>();
            while (raw.sqlite3_step(query) == raw.SQLITE_ROW)
                rows.Add(raw.sqlite3_column_text(query, 0).utf8_to_string());
            return rows;
        }
    }

    private static string? CompareQuery(sqlite3 left, sqlite3 right, string what, string sql)
    {
        raw.sqlite3_prepare_v2(left, sql, out var one);
        raw.sqlite3_prepare_v2(right, sql, out var other);
        using (one)
        using (other)
        {
            for (var row = 1L; ; row++)
            {
                var step = raw.sqlite3_step(one);
                if (step != raw.sqlite3_step(other))
                    return $"{what}: one side ends at row {row}";
                if (step != raw.SQLITE_ROW)
                    return step == raw.SQLITE_DONE ? null : $"{what}: {raw.sqlite3_errmsg(left).utf8_to_string()}";
                for (var column = 0; column < raw.sqlite3_column_count(one); column++)
                {
                    if (!IsSame(one, other, column))
                        return $"{what}: row {row} differs in column {column}";
                }
            }
        }
    }

    private static bool IsSame(sqlite3_stmt one, sqlite3_stmt other, int column)
    {
        var type = raw.sqlite3_column_type(one, column);
        if (type != raw.sqlite3_column_type(other, column))
            return false;
        return type switch
        {
            raw.SQLITE_INTEGER => raw.sqlite3_column_int64(one, column) == raw.sqlite3_column_int64(other, column),
            raw.SQLITE_FLOAT => BitConverter.DoubleToInt64Bits(raw.sqlite3_column_double(one, column))
                == BitConverter.DoubleToInt64Bits(raw.sqlite3_column_double(other, column)),
            raw.SQLITE_NULL => true,
            _ => raw.sqlite3_column_blob(one, column).SequenceEqual(raw.sqlite3_column_blob(other, column)),
        };
    }
}
