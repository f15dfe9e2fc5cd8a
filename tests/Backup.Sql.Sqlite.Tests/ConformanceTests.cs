using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.TestKit.EngineContract;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Sqlite.Tests;

public sealed class ConformanceTests
{
    public static TheoryData<string> Checks => [.. EngineConformance.Checks];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task SQLite_in_wal_mode_keeps_to_the_contract(string check) =>
        await new EngineConformance(() => new Fixture("WAL")).RunAsync(check);

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task SQLite_with_a_rollback_journal_keeps_to_the_contract(string check) =>
        await new EngineConformance(() => new Fixture("DELETE")).RunAsync(check);

    [Fact]
    public async Task SQLite_through_its_provider_alone_keeps_to_the_contract()
    {
        var report = await new EngineConformance(() => new Fixture("WAL", native: false)).RunAllAsync();

        Assert.True(report.Passed, report.ToString());
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task SQLite_with_history_keeps_to_the_contract(string check) =>
        await new EngineConformance(() => new Fixture("WAL", isTracked: true)).RunAsync(check);

    [Theory]
    [InlineData("DELETE", true)]
    [InlineData("WAL", false)]
    public async Task SQLite_with_history_keeps_to_the_contract_everywhere(string journalMode, bool native)
    {
        var report = await new EngineConformance(() => new Fixture(journalMode, native, isTracked: true)).RunAllAsync();

        Assert.True(report.Passed, report.ToString());
    }

    private sealed class Fixture(string journalMode, bool native = true, bool isTracked = false)
        : EngineConformanceFixture
    {
        private static readonly TimeSpan Retention = TimeSpan.FromHours(1);
        private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };
        private SqliteEngine? _engine;

        private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-conformance-").FullName;

        public override IReadOnlyList<ColumnKind> MoreKinds => [ColumnKind.Any];

        public override EngineCapabilities? Abilities => isTracked
            ? _engine!.Info.Capabilities | EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport
                | EngineCapabilities.RevisionHistory | EngineCapabilities.RetentionHolds
            : null;

        public override ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken)
        {
            var options = new SqliteEngineOptions { Directory = _directory };
            if (isTracked)
            {
                // The clock jumps to whatever somebody waits for: patience is counted by it too.
                options = options with { TimeProvider = _clock, BusyTimeout = TimeSpan.FromMinutes(30) };
            }

            _engine = SqliteEngine.Open(options, native ? NativeApi.Instance : null);
            return new(_engine);
        }

        public override async ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken)
        {
            using (var connection = Connect(database))
            {
                foreach (var sql in (string[])[$"PRAGMA journal_mode={journalMode}", "CREATE TABLE _ (x)", "DROP TABLE _"])
                    connection.Execute(sql);
            }

            if (isTracked)
                await _engine!.SetHistoryRetentionAsync(database, null, Retention, cancellationToken);
        }

        public override async ValueTask ForgetHistoryAsync(CancellationToken cancellationToken)
        {
            _clock.Advance(2 * Retention);
            await Run("shop", "CREATE TABLE _ (x)", "DROP TABLE _");
        }

        public override ValueTask CreateTableAsync(string database, SampleTable table, CancellationToken cancellationToken)
        {
            var columns = table.Columns.Select(column => Column(table, column)).ToList();
            var withoutRowId = table.PrimaryKey.Count > 1;
            if (withoutRowId)
                columns.Add($"PRIMARY KEY ({string.Join(", ", table.PrimaryKey)})");
            var indexes = table.IndexedColumns.Select(column => $"CREATE INDEX {table.Name}_{column}_idx ON {table.Name}({column})");
            return Run(
                database,
                [$"CREATE TABLE {table.Name} ({string.Join(", ", columns)}){(withoutRowId ? " WITHOUT ROWID" : "")}", .. indexes]);
        }

        public override ValueTask DropTableAsync(string database, SampleTable table, CancellationToken cancellationToken) =>
            Run(database, "PRAGMA foreign_keys=OFF", $"DROP TABLE {table.Name}");

        public override ValueTask ChangeAsync(
            string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken)
        {
            using var connection = Connect(database);
            connection.Execute("PRAGMA foreign_keys=OFF");
            connection.Execute("PRAGMA synchronous=OFF");
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var change in changes)
            {
                using var statement = connection.Prepare(Sql(change));
                object?[] values = [.. change.Values, .. change.Kind == SampleChangeKind.Insert ? [] : change.Key];
                for (var i = 0; i < values.Length; i++)
                    Bind(statement, i + 1, values[i]);
                statement.Step();
            }

            connection.Execute("COMMIT");
            return Mark();
        }

        public override async ValueTask<bool> TryCreateViewAsync(
            string database, string view, SampleTable table, CancellationToken cancellationToken)
        {
            await Run(database, $"CREATE VIEW {view} AS SELECT * FROM {table.Name}");
            return true;
        }

        public override ValueTask DisposeAsync()
        {
            Directory.Delete(_directory, recursive: true);
            return base.DisposeAsync();
        }

        private static string Column(SampleTable table, SampleColumn column)
        {
            var type = column.Kind switch
            {
                ColumnKind.Integer => " INTEGER",
                ColumnKind.Float => " REAL",
                ColumnKind.Text => " TEXT",
                ColumnKind.Bytes => " BLOB",
                _ => "",
            };
            var key = table.PrimaryKey.Count == 1 && table.PrimaryKey[0] == column.Name ? " PRIMARY KEY" : "";
            var refers = column.Name == table.ReferringColumn ? $" REFERENCES {table.ReferencedTable}" : "";
            return column.Name + type + key + (column.Nullable ? "" : " NOT NULL") + refers;
        }

        private static string Sql(SampleChange change)
        {
            var table = change.Table.Name;
            var where = "WHERE " + string.Join(" AND ", change.Table.PrimaryKey.Select(column => $"{column} = ?"));
            return change.Kind switch
            {
                SampleChangeKind.Insert => $"INSERT INTO {table} VALUES ({string.Join(", ", change.Values.Select(_ => "?"))})",
                SampleChangeKind.Update =>
                    $"UPDATE {table} SET {string.Join(", ", change.Table.Columns.Select(column => $"{column.Name} = ?"))} {where}",
                _ => $"DELETE FROM {table} {where}",
            };
        }

        private static void Bind(Statement statement, int parameter, object? value)
        {
            switch (value)
            {
                case null:
                    statement.BindNull(parameter);
                    break;
                case long number:
                    statement.BindInteger(parameter, number);
                    break;
                case double number:
                    statement.BindFloat(parameter, number);
                    break;
                case string text:
                    statement.BindText(parameter, text);
                    break;
                default:
                    statement.BindBlob(parameter, (byte[])value);
                    break;
            }
        }

        private Connection Connect(string database) => new ConnectionSource(NativeApi.Instance, TimeSpan.FromSeconds(30))
            .Open(Path.Combine(_directory, database + ".db"), database, OpenMode.Create);

        /// <summary>With history the engine runs changes of the schema, so that none of it is lost.</summary>
        private async ValueTask Run(string database, params IEnumerable<string> statements)
        {
            if (isTracked)
            {
                await _engine!.ExecuteAsync(database, string.Join(";\n", statements));
                return;
            }

            using var connection = Connect(database);
            connection.Execute("PRAGMA synchronous=OFF");
            foreach (var sql in statements)
                connection.Execute(sql);
        }

        private ValueTask Mark() => isTracked ? _engine!.MarkHistoryAsync() : ValueTask.CompletedTask;
    }
}
