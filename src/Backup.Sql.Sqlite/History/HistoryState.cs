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
    }

    /// <summary>The definitions, those that ended included.</summary>
    public IReadOnlyList<TrackedTable> Tables { get; }

    /// <summary>How long history is kept.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>
    /// The first mark that can be returned to: the oldest one, or the last at which rows were lost that no log has.
    /// </summary>
    public HistoryMark Start
    {
        get
        {
            var lost = Tables.Where(table => table.IsLost).Select(table => table.Until!.Value).Append(0).Max();
            return Marks($"WHERE id >= {Connection.Literal(lost)} ORDER BY id LIMIT 1").Single();
        }
    }

    /// <summary>
    /// Where the history starts that a backup of now can tell. While there are tables that cannot be tracked it is that
    /// of the others alone; when they are gone, of the whole database, it starts after them.
    /// </summary>
    public HistoryMark Reach
    {
        get
        {
            var reach = Start;
            if (!IsWhole(Newest))
                return reach;
            foreach (var mark in Marks($"WHERE id >= {Connection.Literal(reach.Id)} AND schema = id ORDER BY id"))
            {
                if (!IsWhole(mark))
                    reach = Marks($"WHERE schema > {Connection.Literal(mark.Id)} ORDER BY id LIMIT 1").Single();
            }

            return IsWhole(reach) ? reach
                : Marks($"WHERE schema > {Connection.Literal(reach.Schema)} ORDER BY id LIMIT 1").Single();
        }
    }

    /// <summary>The oldest mark that is kept; the logs reach back to it.</summary>
    public HistoryMark Oldest => Marks("ORDER BY id LIMIT 1").Single();

    /// <summary>The newest mark.</summary>
    public HistoryMark Newest => Marks("ORDER BY id DESC LIMIT 1").Single();

    /// <summary>Tells whether a database is tracked.</summary>
    public static bool IsTracked(Connection connection) => connection.QueryInteger(
        $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{HistoryNames.Lines}'") > 0;

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
    /// <exception cref="Diagnostics.BackupSqlException">22008 no such mark is kept.</exception>
    public HistoryMark At(HlcTimestamp time)
    {
        var start = Start;
        if (time < start.Time)
            throw SqliteErrors.TimeGone(_connection.Database, time, start.Time);
        return Marks($"WHERE time <= {Literal(time)} ORDER BY id DESC LIMIT 1").Single();
    }

    /// <summary>The same, where the database is wanted as a whole.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 22008 no such mark is kept; 0A000 there were tables that cannot be tracked.
    /// </exception>
    public HistoryMark WholeAt(HlcTimestamp time)
    {
        var mark = At(time);
        return IsWhole(mark) ? mark : throw SqliteErrors.NotAllTracked(_connection.Database);
    }

    /// <summary>Tells whether all tables that there were at a mark were tracked.</summary>
    public bool IsWhole(HistoryMark mark)
    {
        var tracked = TrackedAt(mark);
        return SchemaAt(mark).TrueForAll(row => row.Type != "table" || tracked.Contains(row.Name));
    }

    /// <summary>The names of the tables that were tracked at a mark.</summary>
    public HashSet<string> TrackedAt(HistoryMark mark) => Tables.Where(table => table.HoldsAt(mark.Id))
        .Select(table => table.Definition.Name).ToHashSet(AsciiIgnoreCaseComparer.Instance);

    /// <summary>
    /// What the tables that are left out of backups now were called at a mark: their rows are to stay out of the past
    /// too.
    /// </summary>
    public HashSet<string> ExcludedAt(HistoryMark mark)
    {
        var master = SchemaReader.ReadMaster(_connection);
        var excluded = Exclusions.Read(_connection, master);
        var tracked = Tables.Where(table => table.Until is null).Select(table => NameNow(table, master))
            .ToHashSet(AsciiIgnoreCaseComparer.Instance);
        var then = Tables.Where(table => table.HoldsAt(mark.Id) && excluded.Contains(NameNow(table, master)))
            .Select(table => table.Definition.Name).ToHashSet(AsciiIgnoreCaseComparer.Instance);
        then.UnionWith(excluded.Where(name => !tracked.Contains(name)));
        return then;
    }

    /// <summary>What a table of some mark is called now: its triggers went along; empty when it is gone.</summary>
    private string NameNow(TrackedTable table, List<MasterRow> master)
    {
        while (table.Until is not null)
        {
            if (table.Successor is not { } next)
                return string.Empty;
            table = Tables.First(other => other.Definition.Number == next);
        }

        var trigger = TriggerText.Names(table.Definition.Number)[0];
        return master.Find(row => row.Type == "trigger" && row.Name == trigger)?.Table ?? table.Definition.Name;
    }

    /// <summary>The mark of exactly that time; null when there is none.</summary>
    public HistoryMark? Exactly(HlcTimestamp time) =>
        time == time.ToMicroseconds() ? Marks($"WHERE time = {Literal(time)}").SingleOrDefault() : null;

    /// <summary>A mark by its number; the next one when it is no longer kept.</summary>
    public HistoryMark Mark(long id) => Marks($"WHERE id >= {Connection.Literal(id)} ORDER BY id LIMIT 1").Single();

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
    public long FirstAfter(TableDefinition table, long mark) => _connection.QueryInteger(
        $"SELECT ifnull(max(seq), 0) + 1 FROM {HistoryNames.Lines} WHERE number = {Connection.Literal(table.Number)} "
        + $"AND mark <= {Connection.Literal(mark)}");

    /// <summary>How far a log had got at the marks after one, where lines had come: ascending.</summary>
    public IReadOnlyList<LoggedSpan> LinesAfter(TableDefinition table, HistoryMark mark)
    {
        using var rows = _connection.Prepare(
            $"SELECT l.seq, m.time FROM {HistoryNames.Lines} AS l JOIN {HistoryNames.Marks} AS m ON m.id = l.mark "
            + "WHERE l.number = ?1 AND l.mark > ?2 ORDER BY l.mark");
        rows.BindInteger(1, table.Number);
        rows.BindInteger(2, mark.Id);
        var spans = new List<LoggedSpan>();
        while (rows.Step())
            spans.Add(new LoggedSpan(rows.Integer(0), new HlcTimestamp(rows.Integer(1) * NanosecondsPerMicrosecond)));
        return spans;
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
