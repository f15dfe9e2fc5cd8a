using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Takes a database of our own, a copy that nobody else sees, back to a mark. Only rows that changed since are touched,
/// but for tables that have become others or are gone. What the history knew at the mark it knows afterwards.
/// </summary>
internal sealed class HistoryRollback
{
    private readonly Connection _connection;
    private readonly HistoryState _state;
    private readonly HistoryMark _mark;
    private readonly List<MasterRow> _then;
    private readonly List<TrackedTable> _tables;

    private HistoryRollback(Connection connection, HistoryState state, HistoryMark mark)
    {
        _connection = connection;
        _state = state;
        _mark = mark;
        _then = state.SchemaAt(mark);
        _tables = [.. state.Tables.Where(table => table.HoldsAt(mark.Id))];
    }

    /// <summary>Takes a database back.</summary>
    /// <param name="connection">The one connection to the file.</param>
    /// <param name="choose">Chooses the mark, one that is kept.</param>
    public static void Run(Connection connection, Func<HistoryState, HistoryMark> choose)
    {
        const int enableTrigger = 1003;
        const int defensive = 1010;
        connection.Configure(enableTrigger, false);
        connection.Configure(defensive, false);
        connection.Execute("PRAGMA foreign_keys=OFF");
        connection.Execute("PRAGMA ignore_check_constraints=ON");
        connection.Execute("PRAGMA legacy_alter_table=ON");
        connection.Execute("PRAGMA synchronous=OFF");
        var isLogged = connection.QueryText("PRAGMA journal_mode") == "wal";
        connection.Execute("PRAGMA journal_mode=MEMORY");
        connection.Execute("BEGIN IMMEDIATE");
        var mark = choose(HistoryState.Read(connection));

        // The copy may have been taken after rows went unseen, and before a mark found out.
        var tracker = new HistoryTracker(connection);
        if (tracker.HasSchemaChanged)
            tracker.Mark(tracker.NextTime());
        var state = HistoryState.Read(connection);
        if (mark.Id < state.Start.Id)
            throw SqliteErrors.TimeGone(connection.Database, mark.Time, state.Start.Time);
        new HistoryRollback(connection, state, mark).Run();
        connection.Execute("COMMIT");
        if (isLogged)
            connection.Execute("PRAGMA journal_mode=WAL");
    }

    private void Run()
    {
        var now = DefinitionReader.UsersOwn(SchemaReader.ReadMaster(_connection));
        var counters = _state.CountersAt(_mark);
        var excluded = _state.ExcludedAt(_mark);
        DropAllTriggersAndViews();
        DropOtherIndexes(now);
        var ended = _tables.Where(table => table.Until is not null).ToList();
        foreach (var table in ended)
            Gather(table, _mark.Id, Scratch(table));
        foreach (var table in _tables.Where(table => table.Until is null))
            Undo(table.Definition, table.Definition.Quoted, _mark.Id);
        DropOtherTables(now);
        HistorySkeleton.CreateTables(_connection, _then);
        foreach (var table in ended)
            Fill(table);
        HistorySkeleton.CreateTheRest(_connection, _then);
        foreach (var table in _tables.Where(table => excluded.Contains(table.Definition.Name)))
            Exclusions.Add(_connection, table.Definition.Name, isVirtual: false);
        HistorySkeleton.SetCounters(_connection, counters);
        _connection.Execute($"PRAGMA user_version={Connection.Literal(_mark.UserVersion)}");
        _connection.Execute($"PRAGMA application_id={Connection.Literal(_mark.ApplicationId)}");
        Rewind();
        Verify();
    }

    private void DropAllTriggersAndViews()
    {
        foreach (var row in SchemaReader.ReadMaster(_connection).Where(row => row.Type is "trigger" or "view"))
            _connection.Execute($"DROP {row.Type} {Connection.Quote(row.Name)}");
    }

    /// <summary>First, so that a unique index made since does not refuse the rows from before.</summary>
    private void DropOtherIndexes(List<MasterRow> now)
    {
        foreach (var index in now.Where(row => row.Type == "index" && !_then.Contains(row)))
            _connection.Execute($"DROP INDEX {Connection.Quote(index.Name)}");
    }

    /// <summary>
    /// Puts the rows that an ended definition had at a mark into a table of their own: what its successor took over,
    /// taken back by the log; all of it out of the log when there is no successor.
    /// </summary>
    private void Gather(TrackedTable table, long mark, string into)
    {
        var definition = table.Definition;
        var columns = string.Join(", ", definition.Columns.Select((_, i) => definition.LogColumn(i)));
        _connection.Execute($"CREATE TABLE {into} (k INTEGER PRIMARY KEY, {columns})");
        if (table.Successor is { } number)
            TakeOver(table, _state.Tables.First(other => other.Definition.Number == number), into);
        Undo(definition, into, mark, isGathered: true);
    }

    private void TakeOver(TrackedTable table, TrackedTable successor, string into)
    {
        var next = successor.Definition;
        var isRow = next.RowId is not null;
        var copy = Connection.Quote($"{HistoryNames.Prefix}copy_{Connection.Literal(next.Number)}_{Connection.Literal(_mark.Id)}");
        if (successor.Until is null)
        {
            _connection.Execute($"CREATE TABLE {copy} (k INTEGER PRIMARY KEY, {string.Join(", ", next.Columns.Select((_, i) => next.LogColumn(i)))})");
            _connection.Execute(
                $"INSERT INTO {copy} SELECT {(isRow ? Connection.Quote(next.RowId!) : "NULL")}, "
                + $"{string.Join(", ", next.Columns.Select(Connection.Quote))} FROM main.{next.Quoted} NOT INDEXED");
            Undo(next, copy, successor.Since, isGathered: true);
        }
        else
        {
            Gather(successor, successor.Since, copy);
        }

        var columns = table.Definition.Columns.Select((_, i) => $"c{i}");
        _connection.Execute($"INSERT INTO {into} SELECT k, {string.Join(", ", columns)} FROM {copy}");
        _connection.Execute($"DROP TABLE {copy}");
    }

    /// <summary>Puts back what the log says that the rows were at a mark.</summary>
    /// <param name="table">The definition that wrote the log.</param>
    /// <param name="target">The table, or one that was gathered.</param>
    /// <param name="mark">The mark.</param>
    /// <param name="isGathered">True when the target's columns are named like those of the log.</param>
    private void Undo(TableDefinition table, string target, long mark, bool isGathered = false)
    {
        var first = Connection.Literal(_state.FirstAfter(table, mark));
        var logKey = string.Join(", ", table.LogKey);
        var names = isGathered ? table.Columns.Select((_, i) => $"c{i}") : table.Columns.Select(Connection.Quote);
        var targetKey = isGathered ? table.LogKey
            : table.RowId is not null ? [Connection.Quote(table.RowId)]
            : [.. table.Key.Select(part => Connection.Quote(table.Columns[part.Ordinal]))];
        _connection.Execute(
            $"DELETE FROM {target} WHERE ({string.Join(", ", targetKey)}) IN "
            + $"(SELECT {logKey} FROM {table.Log} WHERE seq >= {first})");
        var values = Enumerable.Range(0, table.Columns.Count).Select(i => $"c{i}");
        if (isGathered || (table.RowId is not null && !table.Columns.Contains(table.RowId)))
        {
            names = names.Prepend(isGathered ? "k" : Connection.Quote(table.RowId!));
            values = values.Prepend("k");
        }

        _connection.Execute(
            $"INSERT OR ABORT INTO {target} ({string.Join(", ", names)}) SELECT {string.Join(", ", values)} FROM {table.Log} "
            + $"WHERE kind = 1 AND seq IN (SELECT min(seq) FROM {table.Log} WHERE seq >= {first} GROUP BY {logKey})");
    }

    private void DropOtherTables(List<MasterRow> now)
    {
        var kept = _tables.Where(table => table.Until is null).Select(table => table.Definition.Name)
            .ToHashSet(AsciiIgnoreCaseComparer.Instance);
        foreach (var table in now.Where(row => row.Type == "table"))
        {
            if (table.RootPage == 0 && !_then.Contains(table))
                HistorySkeleton.ChangeSchema(
                    _connection,
                    $"DELETE FROM sqlite_master WHERE type = 'table' AND name = {Connection.Literal(table.Name)}");
            else if (table.RootPage != 0 && !kept.Contains(table.Name))
                _connection.Execute($"DROP TABLE {Connection.Quote(table.Name)}");
        }
    }

    private void Fill(TrackedTable table)
    {
        var definition = table.Definition;
        var names = definition.Columns.Select(Connection.Quote);
        var values = definition.Columns.Select((_, i) => $"c{i}");
        if (definition.RowId is not null && !definition.Columns.Contains(definition.RowId))
            (names, values) = (names.Prepend(Connection.Quote(definition.RowId)), values.Prepend("k"));
        _connection.Execute(
            $"INSERT OR ABORT INTO main.{definition.Quoted} ({string.Join(", ", names)}) "
            + $"SELECT {string.Join(", ", values)} FROM {Scratch(table)}");
        _connection.Execute($"DROP TABLE {Scratch(table)}");
    }

    /// <summary>
    /// Makes the history what it was: the mark is the newest one, and tables are tracked as they were then.
    /// </summary>
    private void Rewind()
    {
        var mark = Connection.Literal(_mark.Id);
        foreach (var table in _state.Tables)
        {
            if (table.Since > _mark.Id)
                _connection.Execute($"DROP TABLE {table.Definition.Log}");
            else
                Shorten(table.Definition);
        }

        _connection.Execute($"DELETE FROM {HistoryNames.Tables} WHERE since > {mark}");
        _connection.Execute(
            $"UPDATE {HistoryNames.Tables} SET until = NULL, successor = NULL, lost = 0 WHERE until > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Marks} WHERE id > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Lines} WHERE mark > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Proofs} WHERE mark > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Schemas} WHERE id > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Counters} WHERE mark > {mark}");
        _connection.Execute($"DELETE FROM {HistoryNames.Holds}");
        foreach (var table in _tables)
            HistoryTracker.CreateTriggers(_connection, table.Definition);
        new HistoryTracker(_connection).SeeSchema();
    }

    /// <summary>Removes the lines after the mark. The next line goes on counting from the last that is left.</summary>
    private void Shorten(TableDefinition table)
    {
        _connection.Execute(
            $"DELETE FROM {table.Log} WHERE seq >= {Connection.Literal(_state.FirstAfter(table, _mark.Id))}");
        _connection.Execute(
            $"UPDATE {HistoryNames.Lines} SET seq = min(seq, ifnull((SELECT max(seq) FROM {table.Log}), 0)) "
            + $"WHERE number = {Connection.Literal(table.Number)}");
    }

    /// <summary>
    /// The schema is the proof that every object came back; pages and rows have proved themselves before.
    /// </summary>
    private void Verify()
    {
        var now = DefinitionReader.UsersOwn(SchemaReader.ReadMaster(_connection));
        if (!now.ToHashSet().SetEquals(_then))
            throw SqliteErrors.RollbackFailed(_connection.Database, _mark.Time);
    }

    private static string Scratch(TrackedTable table) =>
        Connection.Quote($"{HistoryNames.Prefix}rows_{Connection.Literal(table.Definition.Number)}");
}
