using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>What a tracked database knows of its past, read inside the transaction of a connection.</summary>
internal sealed class HistoryState
{
    private const long NanosecondsPerMicrosecond = 1000;
    private readonly Connection _connection;

    private HistoryState(Connection connection)
    {
        _connection = connection;
        Tables = ReadTables();
        Ttl = TimeSpan.FromSeconds(Setting("ttl"));
        TracksAll = Setting("untracked") == 0;
    }

    /// <summary>The definitions, those that ended included.</summary>
    public IReadOnlyList<TrackedTable> Tables { get; }

    /// <summary>How long history is kept.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>False when there are tables that cannot be tracked, so that only the present is known whole.</summary>
    public bool TracksAll { get; }

    /// <summary>
    /// The first mark that can be returned to: the oldest one, or the last at which rows were lost that no log has.
    /// </summary>
    public HistoryMark Start
    {
        get
        {
            var lost = Tables.Where(table => table.IsLost).Select(table => table.Until!.Value)
                .Append(Setting("start")).Max();
            return Marks($"WHERE id >= {Connection.Literal(lost)} ORDER BY id LIMIT 1").Single();
        }
    }

    /// <summary>The newest mark.</summary>
    public HistoryMark Newest => Marks("ORDER BY id DESC LIMIT 1").Single();

    /// <summary>Tells whether a database is tracked.</summary>
    public static bool IsTracked(Connection connection) => connection.QueryInteger(
        $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{HistoryNames.Marks}'") > 0;

    /// <summary>Reads the past of a tracked database.</summary>
    public static HistoryState Read(Connection connection) => new(connection);

    /// <summary>The past of a database; null when it is not tracked.</summary>
    public static HistoryState? TryRead(Connection connection) => IsTracked(connection) ? new(connection) : null;

    /// <summary>Tells whether all changes of a table since a time are in its log.</summary>
    public bool Covers(string table, HlcTimestamp start) =>
        Exactly(start) is { } mark
        && Find(table) is { Definition.HasLastingKey: true } tracked
        && tracked.Since <= mark.Id
        && TellsKeysApart(tracked.Definition, FirstAfter(tracked.Definition, mark.Id));

    /// <summary>
    /// False when keys with floating-point numbers changed: 1 and 1.0 are one key to SQLite and two to us.
    /// </summary>
    public bool TellsKeysApart(TableDefinition table, long first) => table.Key.Count == 0 || _connection.QueryInteger(
        $"SELECT EXISTS (SELECT 1 FROM {table.Log} WHERE seq >= {Connection.Literal(first)} AND ("
        + string.Join(" OR ", table.LogKey.Select(key => $"typeof({key}) = 'real'")) + "))") == 0;

    /// <summary>The definition of a table as it is now; null when it is not tracked.</summary>
    public TrackedTable? Find(string table) => Tables.FirstOrDefault(tracked =>
        tracked.Until is null && AsciiIgnoreCaseComparer.Instance.Equals(tracked.Definition.Name, table));

    /// <summary>The last mark that is not later than a time.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 22008 no such mark is kept; 0A000 there are tables that cannot be tracked.
    /// </exception>
    public HistoryMark At(HlcTimestamp time)
    {
        if (!TracksAll)
            throw SqliteErrors.NotAllTracked(_connection.Database);
        var start = Start;
        if (time < start.Time)
            throw SqliteErrors.TimeGone(_connection.Database, time, start.Time);
        return Marks($"WHERE time <= {Literal(time)} ORDER BY id DESC LIMIT 1").Single();
    }

    /// <summary>The mark of exactly that time; null when there is none.</summary>
    public HistoryMark? Exactly(HlcTimestamp time) =>
        time == time.ToMicroseconds() ? Marks($"WHERE time = {Literal(time)}").SingleOrDefault() : null;

    /// <summary>A mark by its number; the next one when it is no longer kept.</summary>
    public HistoryMark Mark(long id) => Marks($"WHERE id >= {Connection.Literal(id)} ORDER BY id LIMIT 1").Single();

    /// <summary>The marks from one on, ascending.</summary>
    public IReadOnlyList<HistoryMark> From(HistoryMark first) =>
        Marks($"WHERE id >= {Connection.Literal(first.Id)} ORDER BY id");

    /// <summary>The marks at which the schema changed, in a window that leaves out its start.</summary>
    public IReadOnlyList<HistoryMark> SchemaChanges(HlcTimestamp after, HlcTimestamp upTo) =>
        Marks($"WHERE time > {Literal(after)} AND time <= {Literal(upTo)} AND schema = id ORDER BY id");

    /// <summary>What <c>sqlite_master</c> held of the user's at a mark.</summary>
    public List<MasterRow> SchemaAt(HistoryMark mark)
    {
        var json = _connection.QueryText(
            $"SELECT master FROM {HistoryNames.Schemas} WHERE id = {Connection.Literal(mark.Schema)}");
        return JsonSerializer.Deserialize(json!, HistoryJson.Default.ListMasterRow)!;
    }

    /// <summary>The AUTOINCREMENT counters at a mark, by table.</summary>
    public Dictionary<string, string> CountersAt(HistoryMark mark)
    {
        using var rows = _connection.Prepare(
            $"SELECT name, value, max(mark) FROM {HistoryNames.Counters} WHERE mark <= ?1 GROUP BY name");
        rows.BindInteger(1, mark.Id);
        var counters = new Dictionary<string, string>(StringComparer.Ordinal);
        while (rows.Step())
        {
            if (rows.TextOrNull(1) is { } value)
                counters[rows.Text(0)] = value;
        }

        return counters;
    }

    /// <summary>
    /// The first line of a log that was written after a mark; behind the last one when there is none.
    /// </summary>
    public long FirstAfter(TableDefinition table, long mark)
    {
        // Numbers and marks ascend together, so that an index on marks, which every write would pay for, is not needed.
        var low = _connection.QueryInteger($"SELECT ifnull(min(seq), 1) FROM {table.Log}");
        var high = _connection.QueryInteger($"SELECT ifnull(max(seq), 0) FROM {table.Log}") + 1;
        using var probe = _connection.Prepare($"SELECT mark FROM {table.Log} WHERE seq >= ?1 ORDER BY seq LIMIT 1");
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            probe.Reset();
            probe.BindInteger(1, middle);
            if (probe.Step() && probe.Integer(0) < mark)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private long Setting(string name) => _connection.QueryInteger(
        $"SELECT value FROM {HistoryNames.Settings} WHERE name = {Connection.Literal(name)}");

    private static string Literal(HlcTimestamp time) =>
        Connection.Literal(time.WallTime / NanosecondsPerMicrosecond);

    private List<HistoryMark> Marks(string tail)
    {
        using var rows = _connection.Prepare(
            $"SELECT id, time, schema, user_version, application_id FROM {HistoryNames.Marks} {tail}");
        var marks = new List<HistoryMark>();
        while (rows.Step())
        {
            marks.Add(new HistoryMark(
                rows.Integer(0), new HlcTimestamp(rows.Integer(1) * NanosecondsPerMicrosecond), rows.Integer(2),
                rows.Integer(3), rows.Integer(4)));
        }

        return marks;
    }

    private List<TrackedTable> ReadTables()
    {
        using var rows = _connection.Prepare(
            $"SELECT definition, since, until, successor, lost FROM {HistoryNames.Tables} ORDER BY number");
        var tables = new List<TrackedTable>();
        while (rows.Step())
        {
            var definition = JsonSerializer.Deserialize(rows.Text(0), HistoryJson.Default.TableDefinition)!;
            tables.Add(new TrackedTable(
                definition, rows.Integer(1), IntegerOrNull(rows, 2), IntegerOrNull(rows, 3), rows.Integer(4) != 0));
        }

        return tables;
    }

    private static long? IntegerOrNull(Statement rows, int column) =>
        rows.Type(column) == StorageClass.Null ? null : rows.Integer(column);
}
