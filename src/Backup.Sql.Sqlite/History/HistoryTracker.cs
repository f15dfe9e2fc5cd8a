using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Keeps the history of one database, inside the write transaction of a connection: turns it on and off, sets marks,
/// and at every mark proves of each table that its triggers have seen whatever happened since the one before.
/// </summary>
internal sealed class HistoryTracker(Connection connection)
{
    private const long NanosecondsPerMicrosecond = 1000;
    private const long CanaryRowId = 7;

    /// <summary>
    /// Microseconds after which a hold counts no more: that of a process that died, or one inside restored pages.
    /// </summary>
    private const long HoldLapse = 8 * TimeSpan.MicrosecondsPerDay;

    /// <summary>Lines removed at one mark, so that a mark never keeps writers waiting for long.</summary>
    private const int RemovedPerMark = 20_000;

    /// <summary>Turns tracking on, or sets another time for which history is kept.</summary>
    public void TurnOn(TimeSpan ttl, EngineClock clock)
    {
        if (!HistoryState.IsTracked(connection))
        {
            TurnOff(); // what an older version of the library may have left
            Create();
            Set("schema_version", -1);
        }

        Set("ttl", (long)ttl.TotalSeconds);
        Mark(clock.Next(NextTime()));
    }

    /// <summary>Turns tracking off: nothing of it is left.</summary>
    public void TurnOff()
    {
        var master = SchemaReader.ReadMaster(connection);
        foreach (var trigger in master.Where(row =>
            row.Type == "trigger" && HistoryNames.IsOwn(row.Name) && !HistoryNames.IsExclusion(row)))
            connection.Execute($"DROP TRIGGER {Connection.Quote(trigger.Name)}");
        foreach (var table in master.Where(row =>
            row.Type == "table" && HistoryNames.IsOwn(row.Name)
            && row.Name is not (HistoryNames.Excluded or HistoryNames.Published)))
        {
            connection.Execute($"DROP TABLE {Connection.Quote(table.Name)}");
        }
    }

    /// <summary>The least time that the next mark may have.</summary>
    public HlcTimestamp NextTime() => new(
        (connection.QueryInteger($"SELECT ifnull(max(time), 0) FROM {HistoryNames.Marks}") + 1)
            * NanosecondsPerMicrosecond);

    /// <summary>
    /// Sets a mark: the last thing in its transaction, so that it falls between two transactions of writers.
    /// </summary>
    /// <param name="time">Its time, later than that of all marks before.</param>
    /// <param name="witnessed">
    /// True when the schema changed since the last mark by statements that the engine ran itself, in this transaction,
    /// so that nothing else can have happened in between.
    /// </param>
    public void Mark(HlcTimestamp time, bool witnessed = false)
    {
        var id = connection.QueryInteger($"SELECT ifnull(max(id), 0) + 1 FROM {HistoryNames.Marks}");
        var schema = connection.QueryInteger($"SELECT ifnull(max(id), 0) FROM {HistoryNames.Schemas}");
        if (HasSchemaChanged || SchemaText() != Get("schema_text"))
            schema = Reconcile(id, schema, witnessed);
        RecordCounters(id);
        using (var insert = connection.Prepare($"INSERT INTO {HistoryNames.Marks} VALUES (?1, ?2, ?3, ?4, ?5)"))
        {
            insert.BindInteger(1, id);
            insert.BindInteger(2, time.WallTime / NanosecondsPerMicrosecond);
            insert.BindInteger(3, schema);
            insert.BindInteger(4, connection.QueryInteger("PRAGMA user_version"));
            insert.BindInteger(5, connection.QueryInteger("PRAGMA application_id"));
            insert.Step();
        }

        RecordLines(id);
        Collect(time);
        SeeSchema();
    }

    /// <summary>Takes the schema as it is now for the one that is known.</summary>
    public void SeeSchema()
    {
        Set("schema_version", connection.QueryInteger("PRAGMA schema_version"));
        Set("schema_text", SchemaText());
    }

    /// <summary>
    /// Takes down all rows of tables that the engine is about to drop, or to take columns from, for a user.
    /// </summary>
    public void Capture(IReadOnlyCollection<string> names)
    {
        var next = connection.QueryInteger($"SELECT max(id) + 1 FROM {HistoryNames.Marks}");
        foreach (var table in HistoryState.Read(connection).Tables)
        {
            if (table.Until is not null || !names.Contains(table.Definition.Name, AsciiIgnoreCaseComparer.Instance))
                continue;
            connection.Execute(new TriggerText(table.Definition).Everything());
            DropTriggers(table.Definition);
            End(table, next, null, isLost: false);
        }
    }

    /// <summary>Begins the history of a table anew, for rows of it changed that no trigger saw.</summary>
    public void Distrust(TableDefinition table, EngineClock clock)
    {
        Mark(clock.Next(NextTime()));
        DropTriggers(table);
        Mark(clock.Next(NextTime()), witnessed: true);
    }

    /// <summary>True when the schema is not the one that the last mark saw.</summary>
    public bool HasSchemaChanged => connection.QueryInteger("PRAGMA schema_version") != Get("schema_version");

    /// <summary>
    /// Half a digest of what <c>sqlite_master</c> says: whoever writes it himself need not count up its version.
    /// </summary>
    private long SchemaText()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in SchemaReader.ReadMaster(connection))
            digest.AppendData(Encoding.UTF8.GetBytes($"{row.Type}\0{row.Name}\0{row.Table}\0{row.Sql}\0"));
        return BinaryPrimitives.ReadInt64LittleEndian(digest.GetHashAndReset());
    }

    /// <summary>Tells whether anything was written since the last mark.</summary>
    public bool HasChanged()
    {
        var state = HistoryState.Read(connection);
        var last = state.Newest;
        return HasSchemaChanged
            || connection.QueryInteger("PRAGMA user_version") != last.UserVersion
            || connection.QueryInteger("PRAGMA application_id") != last.ApplicationId
            || state.Tables.Any(table => table.Until is null && connection.QueryInteger(
                $"SELECT ifnull(max(seq), 0) FROM {table.Definition.Log}")
                >= state.FirstAfter(table.Definition, last.Id));
    }

    private void Create()
    {
        connection.Execute($"CREATE TABLE {HistoryNames.Marks} (id INTEGER PRIMARY KEY, time, schema, user_version, application_id)");
        connection.Execute(
            $"CREATE TABLE {HistoryNames.Lines} (number, mark, seq, PRIMARY KEY (number, mark)) WITHOUT ROWID");
        connection.Execute($"CREATE TABLE {HistoryNames.Schemas} (id INTEGER PRIMARY KEY, master)");
        connection.Execute(
            $"CREATE TABLE {HistoryNames.Tables} (number INTEGER PRIMARY KEY, definition, since, until, successor, lost)");
        connection.Execute($"CREATE TABLE {HistoryNames.Counters} (mark, name, value)");
        connection.Execute($"CREATE TABLE {HistoryNames.Holds} (name PRIMARY KEY, time, placed) WITHOUT ROWID");
        connection.Execute($"CREATE TABLE {HistoryNames.Proofs} (number INTEGER PRIMARY KEY, mark, high, low)");
        connection.Execute($"CREATE TABLE {HistoryNames.Settings} (name PRIMARY KEY, value) WITHOUT ROWID");
        connection.Execute($"CREATE TABLE {HistoryNames.Canary} (x)");
        connection.Execute($"INSERT INTO {HistoryNames.Canary} (rowid, x) VALUES ({CanaryRowId}, NULL)");
    }

    /// <summary>Compares what is tracked with what there is, and tracks what is new or has become another.</summary>
    /// <returns>The number of the schema that holds from now on.</returns>
    private long Reconcile(long mark, long schema, bool witnessed)
    {
        var master = SchemaReader.ReadMaster(connection);
        var users = DefinitionReader.UsersOwn(master);
        var before = schema == 0 ? [] : ReadSchema(schema);
        var tracked = HistoryState.Read(connection).Tables.Where(table => table.Until is null).ToList();
        var changes = new SchemaComparison(before, users, Renamed(tracked, master));
        var vacuumed = connection.QueryInteger($"SELECT rowid FROM {HistoryNames.Canary}") != CanaryRowId;
        var steps = connection.QueryInteger("PRAGMA schema_version") - Get("schema_version");

        // Every statement that changes the schema counts one up. More steps than changes to be seen: something came and
        // went again, perhaps a unique key under which REPLACE removed rows.
        var proven = witnessed || schema == 0 || steps == changes.Count + (vacuumed ? 1 : 0);
        var judge = new ContinuityJudge(connection, master, proven, witnessed, vacuumed);
        foreach (var table in tracked)
            Continue(judge, table, mark);
        TrackNew(judge, mark);
        if (vacuumed)
            connection.Execute($"UPDATE {HistoryNames.Canary} SET rowid = {CanaryRowId}");
        if (changes.IsEqual && schema != 0)
            return schema;
        using var insert = connection.Prepare($"INSERT INTO {HistoryNames.Schemas} VALUES (?1, ?2)");
        insert.BindInteger(1, mark);
        insert.BindText(2, JsonSerializer.Serialize(users, HistoryJson.Default.ListMasterRow));
        insert.Step();
        return mark;
    }

    /// <summary>Tables that have another name now: our triggers went along.</summary>
    private static Dictionary<string, string> Renamed(List<TrackedTable> tracked, List<MasterRow> master)
    {
        var renamed = new Dictionary<string, string>(AsciiIgnoreCaseComparer.Instance);
        foreach (var table in tracked)
        {
            var trigger = TriggerText.Names(table.Definition.Number)[0];
            if (master.FirstOrDefault(row => row.Type == "trigger" && row.Name == trigger) is { } row
                && !AsciiIgnoreCaseComparer.Instance.Equals(row.Table, table.Definition.Name))
            {
                renamed.Add(table.Definition.Name, row.Table);
            }
        }

        return renamed;
    }

    private void Continue(ContinuityJudge judge, TrackedTable table, long mark)
    {
        var verdict = judge.Judge(table.Definition);
        if (verdict.IsUnchanged)
            return;
        DropTriggers(table.Definition);
        if (verdict.Now is null)
        {
            End(table, mark, null, isLost: !verdict.IsCaught);
        }
        else if (verdict.IsCaught && verdict.Now.IsSame(table.Definition))
        {
            // The same table; only the triggers are made anew, so that they are the newest and run first.
            CreateTriggers(connection, table.Definition);
        }
        else
        {
            var successor = Begin(verdict.Now, mark);
            End(table, mark, verdict.IsCaught ? successor : null, isLost: !verdict.IsCaught);
        }
    }

    private void TrackNew(ContinuityJudge judge, long mark)
    {
        var known = HistoryState.Read(connection).Tables.Where(table => table.Until is null)
            .Select(table => table.Definition.Name).ToHashSet(AsciiIgnoreCaseComparer.Instance);
        foreach (var row in DefinitionReader.TablesOf(judge.Master).Where(row => !known.Contains(row.Name)))
        {
            if (judge.Definitions.TryRead(row, out var definition))
                Begin(definition, mark);
        }
    }

    private long Begin(TableDefinition definition, long mark)
    {
        var number = connection.QueryInteger($"SELECT ifnull(max(number), 0) + 1 FROM {HistoryNames.Tables}");
        var numbered = definition with { Number = number };
        connection.Execute(new TriggerText(numbered).Log());
        CreateTriggers(connection, numbered);
        using var insert = connection.Prepare(
            $"INSERT INTO {HistoryNames.Tables} VALUES (?1, ?2, ?3, NULL, NULL, 0)");
        insert.BindInteger(1, number);
        insert.BindText(2, JsonSerializer.Serialize(numbered, HistoryJson.Default.TableDefinition));
        insert.BindInteger(3, mark);
        insert.Step();
        return number;
    }

    private void End(TrackedTable table, long mark, long? successor, bool isLost) => connection.Execute(
        $"UPDATE {HistoryNames.Tables} SET until = {Connection.Literal(mark)}, "
        + $"successor = {(successor is { } number ? Connection.Literal(number) : "NULL")}, lost = {(isLost ? 1 : 0)} "
        + $"WHERE number = {Connection.Literal(table.Definition.Number)}");

    /// <summary>Makes the triggers of a definition.</summary>
    public static void CreateTriggers(Connection connection, TableDefinition definition)
    {
        foreach (var trigger in new TriggerText(definition).Triggers())
            connection.Execute(trigger);
    }

    private void DropTriggers(TableDefinition definition)
    {
        foreach (var name in TriggerText.Names(definition.Number))
            connection.Execute($"DROP TRIGGER IF EXISTS {Connection.Quote(name)}");
    }

    private List<MasterRow> ReadSchema(long id) => JsonSerializer.Deserialize(
        connection.QueryText($"SELECT master FROM {HistoryNames.Schemas} WHERE id = {Connection.Literal(id)}")!,
        HistoryJson.Default.ListMasterRow)!;

    private void RecordCounters(long mark)
    {
        if (connection.QueryInteger("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'") == 0)
            return;
        var id = Connection.Literal(mark);
        const string latest = $"(SELECT name, value, max(mark) FROM {HistoryNames.Counters} GROUP BY name)";
        connection.Execute(
            $"INSERT INTO {HistoryNames.Counters} SELECT {id}, s.name, s.seq FROM sqlite_sequence AS s "
            + $"LEFT JOIN {latest} AS l ON l.name = s.name WHERE l.name IS NULL OR l.value IS NOT s.seq");
        connection.Execute(
            $"INSERT INTO {HistoryNames.Counters} SELECT {id}, l.name, NULL FROM {latest} AS l "
            + "WHERE l.value IS NOT NULL AND l.name NOT IN (SELECT name FROM sqlite_sequence)");
    }

    /// <summary>
    /// Notes how far each log has got. A log never loses its last line, so that numbers never repeat.
    /// </summary>
    private void RecordLines(long mark)
    {
        var state = HistoryState.Read(connection);
        foreach (var table in state.Tables.Select(table => table.Definition))
        {
            var last = connection.QueryInteger($"SELECT ifnull(max(seq), 0) FROM {table.Log}");
            if (last >= state.FirstAfter(table, mark))
            {
                connection.Execute(
                    $"INSERT INTO {HistoryNames.Lines} VALUES ({Connection.Literal(table.Number)}, "
                    + $"{Connection.Literal(mark)}, {Connection.Literal(last)})");
            }
        }
    }

    /// <summary>
    /// Removes what is older than the time for which history is kept, unless a hold needs it. The last mark before that
    /// time stays: it tells the state at it.
    /// </summary>
    private void Collect(HlcTimestamp now)
    {
        var held = connection.QueryInteger(
            $"SELECT ifnull(min(time), {Connection.Literal(long.MaxValue)}) FROM {HistoryNames.Holds} "
            + $"WHERE placed >= {Connection.Literal((now.WallTime / NanosecondsPerMicrosecond) - HoldLapse)}");
        var ttl = Get("ttl") * TimeSpan.MicrosecondsPerSecond;
        var horizon = Math.Min((now.WallTime / NanosecondsPerMicrosecond) - ttl, held);
        var oldest = connection.QueryInteger(
            $"SELECT max(id) FROM {HistoryNames.Marks} WHERE time <= {Connection.Literal(horizon)}");
        if (oldest == 0)
            return;
        var from = Connection.Literal(oldest);
        connection.Execute($"DELETE FROM {HistoryNames.Marks} WHERE id < {from}");
        connection.Execute(
            $"DELETE FROM {HistoryNames.Schemas} WHERE id < (SELECT max(id) FROM {HistoryNames.Schemas} WHERE id <= {from})");
        connection.Execute(
            $"DELETE FROM {HistoryNames.Counters} WHERE mark < (SELECT max(c.mark) FROM {HistoryNames.Counters} AS c "
            + $"WHERE c.name = {HistoryNames.Counters}.name AND c.mark <= {from})");
        CollectLogs(oldest);
    }

    private void CollectLogs(long oldest)
    {
        var state = HistoryState.Read(connection);
        foreach (var table in state.Tables)
        {
            var (log, number) = (table.Definition.Log, Connection.Literal(table.Definition.Number));
            if (table.Until is { } until && until <= oldest)
            {
                connection.Execute($"DROP TABLE {log}");
                connection.Execute($"DELETE FROM {HistoryNames.Tables} WHERE number = {number}");
                connection.Execute($"DELETE FROM {HistoryNames.Lines} WHERE number = {number}");
                connection.Execute($"DELETE FROM {HistoryNames.Proofs} WHERE number = {number}");
                continue;
            }

            var first = Connection.Literal(state.FirstAfter(table.Definition, oldest));
            connection.Execute(
                $"DELETE FROM {log} WHERE seq IN (SELECT seq FROM {log} ORDER BY seq LIMIT {RemovedPerMark}) "
                + $"AND seq < {first} AND seq < (SELECT max(seq) FROM {log})");
            connection.Execute(
                $"DELETE FROM {HistoryNames.Lines} WHERE number = {number} AND mark < (SELECT max(mark) "
                + $"FROM {HistoryNames.Lines} WHERE number = {number} AND mark <= {Connection.Literal(oldest)})");
        }
    }

    private long Get(string setting) => connection.QueryInteger(
        $"SELECT value FROM {HistoryNames.Settings} WHERE name = {Connection.Literal(setting)}");

    private void Set(string setting, long value) => connection.Execute(
        $"REPLACE INTO {HistoryNames.Settings} VALUES ({Connection.Literal(setting)}, {Connection.Literal(value)})");
}
