using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.History;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Makes tables in one database, in one transaction: tables, rows, then indexes, counters, virtual tables, views and
/// triggers. In that order the indexes are built in one pass each and no trigger fires.
/// </summary>
internal sealed class TableRestore : IDisposable
{
    private const int CacheKibibytes = 16 * 1024;
    private const int NamedRows = 5;
    private readonly Connection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<string> _notices;
    private readonly Dictionary<long, RestoredTable> _tables = [];
    private readonly Dictionary<long, string> _existing = [];
    private readonly List<ObjectRestore> _later = [];
    private readonly Dictionary<string, string> _renamed = new(AsciiIgnoreCaseComparer.Instance);
    private readonly Dictionary<long, SequenceDescriptor> _sequences = [];
    private readonly NameBook _names;

    private readonly string? _journalMode;

    private TableRestore(Connection connection, List<string> notices, string? journalMode = null)
    {
        _journalMode = journalMode;
        _connection = connection;
        _notices = notices;
        _names = new NameBook(connection);
    }

    /// <summary>Starts in a database that exists; its write lock is held until the end.</summary>
    public static TableRestore InExisting(Connection connection, List<string> notices)
    {
        Prepare(connection);
        connection.Execute("BEGIN IMMEDIATE");
        return new TableRestore(connection, notices);
    }

    /// <summary>Starts in a new file, which no crash has to be survived by.</summary>
    public static TableRestore InNew(Connection connection, DatabaseDescriptor? source, List<string> notices)
    {
        foreach (var pragma in (string[])["page_size", "encoding", "auto_vacuum", "user_version", "application_id"])
        {
            if (source?.Properties.GetValueOrDefault(SqliteProperties.Pragma + pragma) is { } value)
                connection.Execute($"PRAGMA {pragma}={Connection.Literal(value)}");
        }

        Prepare(connection);
        connection.Execute("PRAGMA journal_mode=OFF");
        connection.Execute("PRAGMA synchronous=OFF");
        connection.Execute("BEGIN IMMEDIATE");
        var mode = source?.Properties.GetValueOrDefault(SqliteProperties.Pragma + "journal_mode");
        return new TableRestore(connection, notices, mode == "wal" ? mode : null);
    }

    /// <summary>Makes tables, and keeps for later what comes after the rows.</summary>
    public void Create(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken)
    {
        var tables = objects.Select(restore => restore.Source).OfType<TableDescriptor>()
            .ToDictionary(table => table.Id, NeutralDdl.RowIdColumn);
        foreach (var sequence in objects.Select(restore => restore.Source).OfType<SequenceDescriptor>())
        {
            if (sequence is { OwnerTable: { } owner, OwnerColumn: { } column }
                && tables.GetValueOrDefault(owner) == column)
                _sequences[owner] = sequence;
        }

        foreach (var restore in objects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Create(restore);
        }
    }

    /// <summary>Makes a table, or keeps for later what comes after the rows.</summary>
    private void Create(ObjectRestore restore)
    {
        if (restore.Exists)
        {
            _renamed[restore.Source.Name] = restore.Target.Name;
            _existing[restore.Target.Id] = restore.Target.Name;
            if (restore.ReplacesRows)
                Replace(restore, (TableDescriptor)restore.Target);
            return;
        }

        switch (restore.Target)
        {
            case TableDescriptor table:
                CreateTable(restore, table);
                break;
            case ViewDescriptor or TriggerDescriptor:
                _later.Add(restore);
                break;
            case SequenceDescriptor when _sequences.ContainsValue((SequenceDescriptor)restore.Source):
                break;
            case SequenceDescriptor or TypeDescriptor or FunctionDescriptor:
                _notices.Add($"{restore.Target.Name}: SQLite has no {Words(restore.Target)}; it was left out");
                break;
        }
    }

    /// <summary>Takes rows; callers take turns, for there is one writer.</summary>
    public async Task IngestAsync(long tableId, IRowSource rows, CancellationToken cancellationToken)
    {
        if (!_tables.TryGetValue(tableId, out var table))
            throw SqliteErrors.UnknownTable(_connection.Database, tableId);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (await rows.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                while (rows.TryRead(out var row))
                    table.Insert(_connection, row);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes what comes after the rows, and checks foreign keys.</summary>
    public void Complete(bool checkForeignKeys, CancellationToken cancellationToken)
    {
        using var _ = _connection.Interruptible(cancellationToken);
        foreach (var table in _tables.Values)
        {
            table.Dispose();
            if (table.ReplacesRows)
                RemakeIndexes(table);
            else
                CreateIndexes(table);
            SetCounter(table);
        }

        MakeVirtual();
        foreach (var restore in _later)
            CreateLater(restore);
        if (!checkForeignKeys)
            return;
        foreach (var table in TablesToCheck())
            CheckForeignKeys(table);
    }

    /// <summary>Makes the transaction's work visible.</summary>
    /// <param name="markOf">The restore that leaves its mark in the database; null for none.</param>
    public void Commit(string? markOf = null)
    {
        if (markOf is not null)
            RestoreMark.Set(_connection, markOf);
        _connection.Execute("COMMIT");
    }

    /// <summary>Gives a new file, after its commit, the journal mode that its source had.</summary>
    public void Finish()
    {
        if (_journalMode is not null)
            _connection.Execute($"PRAGMA journal_mode={Connection.Literal(_journalMode)}");
    }

    public void Dispose()
    {
        foreach (var table in _tables.Values)
            table.Dispose();

        // Closing rolls back what was not committed.
        _connection.Dispose();
        _gate.Dispose();
    }

    private static void Prepare(Connection connection)
    {
        const int enableTrigger = 1003;
        const int defensive = 1010;
        connection.Configure(enableTrigger, false);
        connection.Configure(defensive, false);
        connection.Execute("PRAGMA foreign_keys=OFF");

        // Rows are restored as they were, whatever the checks would say today.
        connection.Execute("PRAGMA ignore_check_constraints=ON");
        connection.Execute($"PRAGMA cache_size=-{Connection.Literal(CacheKibibytes)}");
        connection.Native?.SortWithoutMapping(connection.Pointer);
    }

    private static string Words(ObjectDescriptor descriptor) => descriptor switch
    {
        SequenceDescriptor => "sequences",
        TypeDescriptor => "user-defined types",
        _ => "stored functions",
    };

    private void CreateTable(ObjectRestore restore, TableDescriptor target)
    {
        var source = (TableDescriptor)restore.Source;
        var isExact = restore.SourceEngine == SqliteEngine.Kind && source.Ddl is not null;
        if (_names.IsTaken(target.Name))
            throw SqliteErrors.TableExists(_connection.Database, target.Name);
        _renamed[source.Name] = target.Name;
        if (isExact && source.Properties.ContainsKey(SqliteProperties.Module))
        {
            CreateVirtual(restore, source, target);
            return;
        }

        var ddl = isExact
            ? NameRewriter.Table(source.Ddl!, target.Name, References(source, target))
            : NeutralDdl.Table(target, CounterOf(source) is not null, _notices);
        _connection.Execute(ddl);
        _names.Add(target.Name);
        _tables.Add(source.Id, new RestoredTable(restore, ReadTable(target.Name), isExact, null));
    }

    /// <summary>
    /// Empties a table that is there, inside the transaction: until it commits readers see the old rows. Its indexes
    /// are built again when the new rows are in.
    /// </summary>
    private void Replace(ObjectRestore restore, TableDescriptor target)
    {
        var table = SchemaReader.Read(_connection).Tables.Values
            .FirstOrDefault(table => table.Name == target.Name);
        if (table is null || !HasShape(table.Descriptor, target))
            throw SqliteErrors.TableChanged(_connection.Database, target.Name);
        foreach (var index in table.Descriptor.Indexes.Where(index => index.Ddl is not null))
            _connection.Execute($"DROP INDEX main.{Connection.Quote(index.Name)}");
        foreach (var stored in table.IsVirtual ? table.Shadows : [table])
            _connection.Execute($"DELETE FROM main.{stored.Quoted}");
        var now = restore with { Target = table.Descriptor with { Id = target.Id } };
        var isExact = restore.SourceEngine == SqliteEngine.Kind;
        _tables.Add(restore.Source.Id, new RestoredTable(now, table, isExact, null));
    }

    private static bool HasShape(TableDescriptor table, TableDescriptor expected) =>
        table.Columns.Select(column => (column.Name, column.Type.Kind, column.EngineType, column.Nullable))
            .SequenceEqual(expected.Columns.Select(
                column => (column.Name, column.Type.Kind, column.EngineType, column.Nullable)))
        && table.PrimaryKey.SequenceEqual(expected.PrimaryKey, StringComparer.Ordinal);

    private void RemakeIndexes(RestoredTable table)
    {
        foreach (var index in table.Target.Indexes.Where(index => index.Ddl is not null))
            _connection.Execute(index.Ddl!);
        if (!_names.IsTaken("sqlite_stat1"))
            return;

        // The figures are those of the rows that went.
        using (var delete = _connection.Prepare("DELETE FROM sqlite_stat1 WHERE tbl = ?1"))
        {
            delete.BindText(1, table.Target.Name);
            delete.Step();
        }

        CopyStatistics(table, table.Target.Indexes.ToDictionary(
            index => index.Name, index => index.Name, AsciiIgnoreCaseComparer.Instance));
    }

    /// <summary>Per foreign key of the text, in its order, the table that it refers to from now on.</summary>
    private static List<string?> References(TableDescriptor source, TableDescriptor target) =>
        [.. source.ForeignKeys.Select(key =>
            target.ForeignKeys.FirstOrDefault(kept => kept.Name == key.Name)?.ReferencedTable)];

    /// <summary>Makes the tables of a virtual table; it itself is entered when their rows are there.</summary>
    private void CreateVirtual(ObjectRestore restore, TableDescriptor source, TableDescriptor target)
    {
        var shadows = new List<SqliteTable>();
        for (var number = 0;
            source.Properties.TryGetValue(SqliteProperties.ShadowOf(number), out var ddl);
            number++)
        {
            var text = new SqlText(ddl);
            if (text.Count < 3)
                throw SqliteErrors.NotADefinition("table");
            var name = target.Name + "_" + VirtualTables.SuffixOf(source.Name, text.Name(2));
            if (_names.IsTaken(name))
                throw SqliteErrors.TableExists(_connection.Database, name);
            _connection.Execute(NameRewriter.Table(ddl, name, []));
            _names.Add(name);
            shadows.Add(ReadTable(name));
        }

        _names.Add(target.Name);
        var table = new SqliteTable
        {
            Descriptor = target,
            Name = target.Name,
            RootPage = 0,
            Columns = [],
            IsVirtual = true,
            Shadows = shadows,
        };
        var virtualDdl = NameRewriter.Table(source.Ddl!, target.Name, []);
        _tables.Add(source.Id, new RestoredTable(restore, table, true, virtualDdl));
    }

    private SqliteTable ReadTable(string name)
    {
        var master = SchemaReader.ReadMaster(_connection);
        return new TableReader(_connection, master).Read(master.First(row => row.Type == "table" && row.Name == name));
    }

    private void CreateIndexes(RestoredTable table)
    {
        var made = new Dictionary<string, string>(AsciiIgnoreCaseComparer.Instance);
        foreach (var index in table.Target.Indexes)
        {
            // An index without a statement came with the table.
            if (table.IsExact && index.Ddl is null)
                continue;
            var wanted = table.IsExact ? index.Name : NeutralDdl.IndexName(table.Target, index);
            var name = _names.Free(wanted, table.Target.Name);
            if (!AsciiIgnoreCaseComparer.Instance.Equals(name, wanted))
                _notices.Add($"{table.Target.Name}: index {index.Name} is now {name}, because the name was taken");
            var ddl = table.IsExact
                ? NameRewriter.Index(index.Ddl!, name, table.Target.Name)
                : NeutralDdl.Index(table.Target, index, name, _notices);
            if (ddl is null)
                continue;
            _connection.Execute(ddl);
            _names.Add(name);
            made.Add(index.Name, name);
        }

        CopyStatistics(table, made);
    }

    /// <summary>The optimizer's figures: as good after the restore as they were before.</summary>
    private void CopyStatistics(RestoredTable table, Dictionary<string, string> indexes)
    {
        foreach (var (property, figures) in table.Source.Properties)
        {
            if (!property.StartsWith(SqliteProperties.Statistics, StringComparison.Ordinal))
                continue;
            var source = property[SqliteProperties.Statistics.Length..];
            var index = IndexNow(table, source, indexes);
            if (index is null && source.Length > 0)
                continue;
            if (!_names.IsTaken("sqlite_stat1"))
            {
                _connection.Execute("ANALYZE sqlite_master");
                _names.Add("sqlite_stat1");
            }

            using var insert = _connection.Prepare(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, nullif(?2, ''), ?3)");
            insert.BindText(1, table.Target.Name);
            insert.BindText(2, index ?? string.Empty);
            insert.BindText(3, figures);
            insert.Step();
        }
    }

    /// <summary>What an index of the source is called here.</summary>
    /// <returns>Null when it was not made.</returns>
    private static string? IndexNow(RestoredTable table, string source, Dictionary<string, string> indexes)
    {
        var automatic = $"sqlite_autoindex_{table.Source.Name}_";
        if (source.StartsWith(automatic, StringComparison.OrdinalIgnoreCase))
            return $"sqlite_autoindex_{table.Target.Name}_{source[automatic.Length..]}";

        // The figures of a key without rowid stand under the table's own name.
        return AsciiIgnoreCaseComparer.Instance.Equals(source, table.Source.Name)
            ? table.Target.Name
            : indexes.GetValueOrDefault(source);
    }

    private void SetCounter(RestoredTable table)
    {
        if (!table.IsExact)
        {
            RaiseCounter(table);
            return;
        }

        if (!table.Source.Properties.TryGetValue(SqliteProperties.Sequence, out var counter))
            return;
        using (var delete = _connection.Prepare("DELETE FROM sqlite_sequence WHERE name = ?1"))
        {
            delete.BindText(1, table.Target.Name);
            delete.Step();
        }

        using var insert = _connection.Prepare(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, CAST(?2 AS INTEGER))");
        insert.BindText(1, table.Target.Name);
        insert.BindText(2, counter);
        insert.Step();
    }

    /// <summary>Numbers of rows that are gone are not given out again, if that was so before.</summary>
    private void RaiseCounter(RestoredTable table)
    {
        if (table.ReplacesRows || CounterOf(table.Source) is not { } counter || counter <= 0)
            return;
        using var raise = _connection.Prepare(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 "
            + "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)");
        raise.BindText(1, table.Target.Name);
        raise.BindInteger(2, counter);
        raise.Step();
        using var update = _connection.Prepare(
            "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1");
        update.BindText(1, table.Target.Name);
        update.BindInteger(2, counter);
        update.Step();
    }

    /// <summary>
    /// What the key of a table of another engine is counted by: its own counter, or a sequence that it owns. Null for
    /// a key that is not counted.
    /// </summary>
    private long? CounterOf(TableDescriptor table)
    {
        if (NeutralDdl.RowIdColumn(table) is null)
            return null;
        if (!_sequences.TryGetValue(table.Id, out var sequence))
            return table.Counter;
        return sequence.IsCalled ? sequence.Value : sequence.Value - sequence.Increment;
    }

    /// <summary>
    /// Enters virtual tables into the schema as rows, without their modules: those would make their own tables anew,
    /// and may not even be loaded here. One that came without its data is left to its module.
    /// </summary>
    private void MakeVirtual()
    {
        var virtualTables = _tables.Values
            .Where(table => table.VirtualDdl is not null && !TryMakeEmpty(table)).ToList();
        if (virtualTables.Count == 0)
            return;
        _connection.Execute("PRAGMA writable_schema=ON");
        foreach (var table in virtualTables)
        {
            using var insert = _connection.Prepare(
                "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', ?1, ?1, 0, ?2)");
            insert.BindText(1, table.Target.Name);
            insert.BindText(2, table.VirtualDdl!);
            insert.Step();
        }

        _connection.Execute("PRAGMA writable_schema=RESET");
    }

    private bool TryMakeEmpty(RestoredTable table)
    {
        if (table.Shadows.Any(shadow => _connection.QueryInteger(
            $"SELECT EXISTS (SELECT 1 FROM main.{shadow.Quoted})") != 0))
            return false;
        const string savepoint = HistoryNames.Prefix + "virtual";
        _connection.Execute($"SAVEPOINT {savepoint}");
        foreach (var shadow in table.Shadows)
            _connection.Execute($"DROP TABLE main.{shadow.Quoted}");
        var isMade = _connection.TryExecute(table.VirtualDdl!) == ResultCodes.Ok;
        if (!isMade)
        {
            _connection.Execute($"ROLLBACK TO {savepoint}");
            _notices.Add($"{table.Target.Name}: its module is not loaded here; make it anew where it is");
        }

        _connection.Execute($"RELEASE {savepoint}");
        return isMade;
    }

    private void CreateLater(ObjectRestore restore)
    {
        var target = restore.Target;
        if (restore.SourceEngine != SqliteEngine.Kind || restore.Source.Ddl is not { } ddl)
        {
            _notices.Add($"{target.Name}: its statement is written in another dialect; it was left out");
            return;
        }

        if (target is TriggerDescriptor trigger)
            CreateTrigger(trigger, ddl);
        else if (_names.IsTaken(target.Name))
            throw SqliteErrors.TableExists(_connection.Database, target.Name);
        else
            _connection.Execute(NameRewriter.View(ddl, target.Name, _renamed));
        _renamed.TryAdd(restore.Source.Name, target.Name);
        _names.Add(target.Name);
    }

    private void CreateTrigger(TriggerDescriptor trigger, string ddl)
    {
        var owner = _tables.TryGetValue(trigger.TableId, out var table)
            ? table.Target.Name
            : _existing.GetValueOrDefault(trigger.TableId)
                ?? _later.First(other => other.Target.Id == trigger.TableId).Target.Name;
        var name = _names.Free(trigger.Name, owner);
        if (!AsciiIgnoreCaseComparer.Instance.Equals(name, trigger.Name))
            _notices.Add($"{owner}: trigger {trigger.Name} is now {name}, because the name was taken");
        _connection.Execute(NameRewriter.Trigger(ddl, name, owner, _renamed));
        _names.Add(name);
    }

    /// <summary>The tables that refer to others, and those that refer to tables whose rows were replaced.</summary>
    private SortedSet<string> TablesToCheck()
    {
        var names = new SortedSet<string>(AsciiIgnoreCaseComparer.Instance);
        names.UnionWith(_tables.Values.Where(table => table.Target.ForeignKeys.Count > 0)
            .Select(table => table.Target.Name));
        foreach (var table in _tables.Values.Where(table => table.ReplacesRows))
        {
            using var referring = _connection.Prepare(
                "SELECT DISTINCT m.name FROM sqlite_master m, pragma_foreign_key_list(m.name) f "
                + "WHERE m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE");
            referring.BindText(1, table.Target.Name);
            while (referring.Step())
                names.Add(referring.Text(0));
        }

        return names;
    }

    private void CheckForeignKeys(string table)
    {
        using var violations = _connection.Prepare($"PRAGMA foreign_key_check({Connection.Quote(table)})");
        var rows = new List<string>();
        var referenced = string.Empty;
        while (rows.Count < NamedRows && violations.Step())
        {
            referenced = rows.Count == 0 ? violations.Text(2) : referenced;
            rows.Add(violations.Type(1) == StorageClass.Null
                ? $"a row that refers to {violations.Text(2)}"
                : $"rowid {violations.Text(1)} refers to {violations.Text(2)}");
        }

        if (rows.Count > 0)
            throw SqliteErrors.ForeignKeyViolated(table, referenced, rows);
    }
}
