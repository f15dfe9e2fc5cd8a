using System.Runtime.InteropServices;
using SQLitePCL;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// A connection as an application has it: the tests change and look at databases through it, never through the engine
/// that they test.
/// </summary>
internal sealed class SqliteConnection : IDisposable
{
    private const int BusyTimeout = 20_000;
    private readonly sqlite3 _handle;

    static SqliteConnection() => Batteries_V2.Init();

    public SqliteConnection(string path)
    {
        const int Flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        Check(raw.sqlite3_open_v2(path, out _handle, Flags, null));
        raw.sqlite3_busy_timeout(_handle, BusyTimeout);
    }

    /// <summary>Opens, runs, closes.</summary>
    public static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection(path);
        connection.Execute(sql);
    }

    /// <summary>The first value of the first row.</summary>
    public static object? Scalar(string path, string sql)
    {
        using var connection = new SqliteConnection(path);
        return connection.Query(sql).Rows[0][0];
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The rows of one statement: null, long, double, string, or bytes of a blob.</summary>
    public Table Query(string sql)
    {
        using var statement = Prepare(sql);
        var columns = new string[raw.sqlite3_column_count(statement)];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = raw.sqlite3_column_name(statement, i).utf8_to_string();
        var rows = new List<IReadOnlyList<object?>>();
        while (Step(statement))
            rows.Add([.. Enumerable.Range(0, columns.Length).Select(i => Value(statement, i))]);
        return new Table(columns, rows);
    }

    /// <summary>Every value of every row with its storage class, exactly: what two equal tables have in common.</summary>
    public IEnumerable<string> ExactRows(string sql)
    {
        using var statement = Prepare(sql);
        var count = raw.sqlite3_column_count(statement);
        while (Step(statement))
            yield return string.Join(" | ", Enumerable.Range(0, count).Select(i => Exact(statement, i)));
    }

    public void Dispose() => _handle.Dispose();

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return statement;
    }

    private bool Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            Check(code);
        return code == raw.SQLITE_ROW;
    }

    private static object? Value(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, column),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, column),
        raw.SQLITE_TEXT => raw.sqlite3_column_text(statement, column).utf8_to_string(),
        raw.SQLITE_BLOB => raw.sqlite3_column_blob(statement, column).ToArray(),
        _ => null,
    };

    private static string Exact(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_INTEGER => $"{raw.sqlite3_column_int64(statement, column)}",
        raw.SQLITE_FLOAT => $"real {BitConverter.DoubleToInt64Bits(raw.sqlite3_column_double(statement, column)):x16}",
        raw.SQLITE_TEXT => ExactText(Utf8(statement, column)),
        raw.SQLITE_BLOB => $"x'{Convert.ToHexString(raw.sqlite3_column_blob(statement, column))}'",
        _ => "NULL",
    };

    private static ReadOnlySpan<byte> Utf8(sqlite3_stmt statement, int column)
    {
        // Text may hold zero bytes; the wrapper's own conversion ends at the first.
        var text = raw.sqlite3_column_text(statement, column);
        var length = raw.sqlite3_column_bytes(statement, column);
        return length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(in text.GetPinnableReference(), length);
    }

    private static string ExactText(ReadOnlySpan<byte> utf8) => utf8.ContainsAnyExceptInRange((byte)' ', (byte)'~')
        ? $"text {Convert.ToHexString(utf8)}"
        : $"'{System.Text.Encoding.ASCII.GetString(utf8)}'";

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"SQLite {code}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
    }
}
