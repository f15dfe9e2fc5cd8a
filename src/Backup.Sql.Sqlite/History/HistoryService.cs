using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.History;

/// <summary>The history of the cluster's databases: those that are tracked and those that are not.</summary>
internal sealed class HistoryService(
    DatabaseFiles files, ConnectionSource connections, SnapshotOpener opener, EngineClock clock)
{
    private const long NanosecondsPerMicrosecond = 1000;

    private const EngineCapabilities OfChanges = EngineCapabilities.ChangeExport | EngineCapabilities.RetentionHolds;

    private const EngineCapabilities OfThePast = EngineCapabilities.TimeTravel | EngineCapabilities.RevisionHistory;

    /// <summary>What a database can do beyond what all can.</summary>
    public EngineCapabilities AbilitiesOf(string database) => Read(
        files.Find(database), state => state is null ? 0 : OfChanges | OfThePast);

    /// <summary>Turns tracking on or off.</summary>
    public void Configure(string database, TimeSpan? retention, CancellationToken cancellationToken)
    {
        var file = files.Find(database);
        Write(file, Change, cancellationToken);

        void Change(Connection connection)
        {
            var tracker = new HistoryTracker(connection);
            if (retention is { Ticks: > 0 } ttl)
                tracker.TurnOn(ttl, clock);
            else
                tracker.TurnOff();
        }
    }

    /// <summary>Says whether rows of a table stay out of backups.</summary>
    public void Exclude(string database, long table, bool isExcluded, CancellationToken cancellationToken)
    {
        var file = files.Find(database);
        Write(file, Change, cancellationToken);

        void Change(Connection connection)
        {
            var found = SchemaReader.Read(connection).Table(table);
            if (found.Descriptor.ExcludeData == isExcluded)
                return;
            if (HistoryState.IsTracked(connection))
                Witnessed(connection, [], Mark);
            else
                Mark();

            void Mark()
            {
                if (isExcluded)
                    Exclusions.Add(connection, found.Name, found.IsVirtual);
                else
                    Exclusions.Remove(connection, found.Name);
            }
        }
    }

    /// <summary>
    /// Sets a mark in every tracked database, at one time for all, if anything was written since the last.
    /// </summary>
    public async Task MarkAsync(CancellationToken cancellationToken)
    {
        var tracked = Tracked();
        if (tracked.Exists(HasChanged))
            await opener.MarkAsync(tracked, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets a mark in one database after the engine has changed it itself.</summary>
    public async Task MarkAsync(string database, CancellationToken cancellationToken)
    {
        var file = files.Find(database);
        if (opener.IsTracked(file) && HasChanged(file))
            await opener.MarkAsync([file], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps history from a time on, in all tracked databases that reach back so far.</summary>
    public void Hold(string name, HlcTimestamp from, CancellationToken cancellationToken)
    {
        var tracked = RequireTracked();
        var starts = tracked.ConvertAll(file => Read(file, state => state!.Start.Time));
        if (!from.IsZero && starts.TrueForAll(start => from < start))
            throw SqliteErrors.TimeGone(tracked[0].Name, from, starts.Min());
        foreach (var file in tracked)
        {
            var place = $"REPLACE INTO {HistoryNames.Holds} VALUES ({Connection.Literal(name)}, "
                + $"{Connection.Literal(from.WallTime / NanosecondsPerMicrosecond)}, "
                + $"{Connection.Literal(clock.Next().WallTime / NanosecondsPerMicrosecond)})";
            Write(file, connection => connection.Execute(place), cancellationToken);
        }
    }

    /// <summary>
    /// Counts a hold's age from now, once a day: looking costs nothing, writing keeps writers waiting.
    /// </summary>
    public void Renew(string name, CancellationToken cancellationToken)
    {
        var now = clock.Next().WallTime / NanosecondsPerMicrosecond;
        var old = $" WHERE name = {Connection.Literal(name)} "
            + $"AND placed < {Connection.Literal(now - TimeSpan.MicrosecondsPerDay)}";
        foreach (var file in Tracked().Where(file => Ask(file, $"SELECT count(*) FROM {HistoryNames.Holds}{old}") > 0))
        {
            var renew = $"UPDATE {HistoryNames.Holds} SET placed = {Connection.Literal(now)}{old}";
            Write(file, connection => connection.Execute(renew), cancellationToken);
        }
    }

    /// <summary>Removes a hold.</summary>
    public void Release(string name, CancellationToken cancellationToken)
    {
        var held = $" FROM {HistoryNames.Holds} WHERE name = {Connection.Literal(name)}";
        foreach (var file in Tracked().Where(file => Ask(file, "SELECT count(*)" + held) > 0))
            Write(file, connection => connection.Execute("DELETE" + held), cancellationToken);
    }

    /// <summary>The times at which a database's schema changed.</summary>
    public IReadOnlyList<HlcTimestamp> CatalogChanges(string database, HlcTimestamp after, HlcTimestamp upTo)
    {
        var file = files.Find(database);
        return Read<IReadOnlyList<HlcTimestamp>>(file, state =>
        {
            if (state is null)
                throw SqliteErrors.NotTracked(file.Name);
            var start = state.Reach.Time;
            if (!after.IsZero && after < start)
                throw SqliteErrors.TimeGone(file.Name, after, start);
            return [.. state.SchemaChanges(after, upTo).Select(mark => mark.Time)];
        });
    }

    /// <summary>Where a database's history starts.</summary>
    public HlcTimestamp StartOf(string database)
    {
        var file = files.Find(database);
        return Read(file, state => (state ?? throw SqliteErrors.NotTracked(file.Name)).Reach.Time);
    }

    /// <summary>Runs a statement of a user that changes the schema, so that history goes on across it.</summary>
    public void RunWitnessed(Connection connection, SqlText statement, Action run)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            Witnessed(connection, RowsTakenBy(connection, statement), run);
            connection.Execute("COMMIT");
        }
        catch
        {
            if (!connection.IsAutocommit)
                connection.Execute("ROLLBACK");
            throw;
        }
    }

    /// <summary>
    /// Changes the schema between two marks of one transaction, so that nothing else can have happened.
    /// </summary>
    private void Witnessed(Connection connection, List<string> taken, Action change)
    {
        var tracker = new HistoryTracker(connection);
        tracker.Mark(clock.Next(tracker.NextTime()));
        tracker.Capture(taken);
        change();
        tracker.Mark(clock.Next(tracker.NextTime()), witnessed: true);
    }

    /// <summary>The tables whose rows, or columns of them, a statement does away with.</summary>
    private static List<string> RowsTakenBy(Connection connection, SqlText statement)
    {
        var isDrop = statement.IsWord(0, "DROP");
        var isAlter = statement.IsWord(0, "ALTER");
        if ((!isDrop && !isAlter) || !statement.IsWord(1, "TABLE"))
            return [];
        var position = statement.IsWord(2, "IF") ? 4 : 2;
        if (statement.Is(position + 1, '.'))
            position += 2;
        if (position >= statement.Count || (isAlter && !statement.IsWord(position + 1, "DROP")))
            return [];
        var name = statement.Name(position);
        var master = SchemaReader.ReadMaster(connection);
        var virtualTable = master.FirstOrDefault(row =>
            VirtualTables.IsVirtual(row) && AsciiIgnoreCaseComparer.Instance.Equals(row.Name, name));
        return virtualTable is null
            ? [name]
            : [.. VirtualTables.ShadowsOf(virtualTable, master).Select(row => row.Name)];
    }

    private bool HasChanged(DatabaseFile file)
    {
        using var connection = connections.Open(file);
        connection.Execute("BEGIN");
        return HistoryState.IsTracked(connection) && new HistoryTracker(connection).HasChanged();
    }

    /// <summary>The databases that are tracked; one that cannot be read now is not.</summary>
    public List<DatabaseFile> Tracked() => [.. files.List().Where(file => File.Exists(file.Path) && IsTracked(file))];

    private bool IsTracked(DatabaseFile file)
    {
        try
        {
            return opener.IsTracked(file);
        }
        catch (Diagnostics.BackupSqlException)
        {
            return false;
        }
    }

    private List<DatabaseFile> RequireTracked()
    {
        var tracked = Tracked();
        return tracked.Count > 0 ? tracked : throw SqliteErrors.NoHistory();
    }

    private long Ask(DatabaseFile file, string sql)
    {
        using var connection = connections.Open(file);
        return connection.QueryInteger(sql);
    }

    private T Read<T>(DatabaseFile file, Func<HistoryState?, T> read)
    {
        using var connection = connections.Open(file);
        connection.Execute("BEGIN");
        return read(HistoryState.TryRead(connection));
    }

    private void Write(DatabaseFile file, Action<Connection> write, CancellationToken cancellationToken)
    {
        using var connection = connections.Open(file);
        using var _ = connection.Interruptible(cancellationToken);
        connection.Execute("BEGIN IMMEDIATE");
        write(connection);
        connection.Execute("COMMIT");
    }
}
