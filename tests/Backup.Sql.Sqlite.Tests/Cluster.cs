using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.Tests;

/// <summary>A directory of databases for one test, with an engine over it.</summary>
internal sealed class Cluster : IDisposable
{
    public Cluster()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("backupsql-sqlite-").FullName;
        Engine = Open();
    }

    public string Directory { get; }

    public SqliteEngine Engine { get; private set; }

    public SqliteEngine Open(TimeSpan? busyTimeout = null) => SqliteEngine.Open(new SqliteEngineOptions
    {
        Directory = Directory,
        BusyTimeout = busyTimeout ?? TimeSpan.FromSeconds(5),
    });

    public void Reopen() => Engine = Open();

    /// <summary>As if the library's own functions could not be reached.</summary>
    public void UseProviderAlone() =>
        Engine = SqliteEngine.Open(new SqliteEngineOptions { Directory = Directory }, native: null);

    public string PathOf(string database) => Path.Combine(Directory, database + ".db");

    public Connection Connect(string database) =>
        new ConnectionSource(NativeApi.Instance, TimeSpan.FromSeconds(10))
            .Open(PathOf(database), database, OpenMode.Create);

    public void Run(string database, params string[] statements)
    {
        using var connection = Connect(database);
        foreach (var sql in statements)
            connection.Execute(sql);
    }

    /// <summary>All rows of a query, each value as its storage class and bytes.</summary>
    public List<string> Query(string database, string sql)
    {
        using var connection = Connect(database);
        return Query(connection, sql);
    }

    public static List<string> Query(Connection connection, string sql)
    {
        using var statement = connection.Prepare(sql);
        var rows = new List<string>();
        while (statement.Step())
            rows.Add(string.Join('|', Enumerable.Range(0, statement.ColumnCount).Select(column => Show(statement, column))));
        return rows;
    }

    public string Single(string database, string sql) => Assert.Single(Query(database, sql));

    /// <summary>Rows of a table with rowids, classes and bytes.</summary>
    public List<string> Dump(string database, string table, string rowId = "rowid, ", string? orderBy = null) =>
        Query(database, $"SELECT {rowId}* FROM \"{table}\" ORDER BY {orderBy ?? (rowId.Length > 0 ? "1" : "1, 2")}");

    public async Task<IEngineSnapshot> SnapshotAsync(params string[] databases) =>
        await Engine.OpenSnapshotAsync(new SnapshotRequest { Databases = databases });

    public async Task<(SpaceShape Shape, List<(byte[] Key, byte[] Value)> Pages)> ExportPagesAsync(string database)
    {
        await using var snapshot = await SnapshotAsync(database);
        return await ExportPagesAsync(snapshot, database);
    }

    public static async Task<(SpaceShape Shape, List<(byte[] Key, byte[] Value)> Pages)> ExportPagesAsync(
        IEngineSnapshot snapshot, string database, int spanBytes = 1 << 20)
    {
        var space = new PageSpace(database);
        var shape = await snapshot.DescribeAsync(space);
        return (shape, await ExportAsync(snapshot, space, spanBytes));
    }

    /// <summary>Exports all spans at once and puts the rows into the order of the spans.</summary>
    public static async Task<List<(byte[] Key, byte[] Value)>> ExportAsync(
        IEngineSnapshot snapshot, Space space, long spanBytes)
    {
        var spans = await snapshot.SplitAsync(space, spanBytes);
        var collected = await Task.WhenAll(spans.Select(async span =>
        {
            var collector = new RowCollector();
            await snapshot.ExportAsync(space, span, ExportWindow.Full, collector);
            Assert.All(collector.Rows, row => Assert.True(span.Contains(row.Key)));
            return collector.Rows;
        }));
        return [.. collected.SelectMany(rows => rows)];
    }

    public async Task RestorePagesAsync(
        SpaceShape shape, List<(byte[] Key, byte[] Value)> pages, string database, string id = "r1")
    {
        var restore = await Engine.BeginRestoreAsync(new RestoreRequest { Id = id, NewDatabases = [database] });
        await using (restore)
        {
            await restore.IngestAsync(new PageSpace(database), shape, new RowFeeder(pages));
            await restore.CompleteAsync();
            await restore.PublishAsync();
        }
    }

    public async Task CopyPagesAsync(string from, string to)
    {
        var (shape, pages) = await ExportPagesAsync(from);
        await RestorePagesAsync(shape, pages, to);
    }

    /// <summary>Backs up all objects of a database as rows and restores them.</summary>
    /// <param name="from">The source.</param>
    /// <param name="to">The destination: a new database unless its file exists.</param>
    /// <param name="map">Changes names; null leaves an object out.</param>
    public async Task<IReadOnlyList<string>> CopyRowsAsync(
        string from, string to, Func<ObjectDescriptor, ObjectDescriptor?>? map = null, bool skipCheck = false)
    {
        await using var snapshot = await SnapshotAsync(from);
        var databases = await snapshot.Catalog.GetDatabasesAsync();
        var objects = await snapshot.Catalog.GetObjectsAsync(from);
        var restores = databases.Concat(objects)
            .Select(source => (Source: source, Target: (map ?? Same)(source)))
            .Where(pair => pair.Target is not null)
            .Select(pair => new ObjectRestore(pair.Source, pair.Target! with { Database = to }) { SourceEngine = "sqlite" })
            .ToList();
        var restore = await Engine.BeginRestoreAsync(new RestoreRequest
        {
            Id = "rows",
            NewDatabases = File.Exists(PathOf(to)) ? [] : [to],
            SkipForeignKeyCheck = skipCheck,
        });
        await using (restore)
        {
            await restore.CreateAsync(restores);
            foreach (var table in restores.Where(pair => pair.Target is TableDescriptor))
            {
                var rows = await ExportAsync(snapshot, new TableSpace(from, table.Source.Id), 64 * 1024);
                await restore.IngestAsync(
                    new TableSpace(to, table.Source.Id), new SpaceShape(), new RowFeeder(rows));
            }

            await restore.CompleteAsync();
            await restore.PublishAsync();
            return restore.Notices;
        }
    }

    public static async Task<BackupSqlException> RefusedAsync(string state, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<BackupSqlException>(action);
        Assert.Equal(state, error.SqlState);
        Assert.False(string.IsNullOrEmpty(error.Message));
        return error;
    }

    public void AssertSound(string database) => Assert.Equal("ok", ReadText(database, "PRAGMA integrity_check"));

    public string? ReadText(string database, string sql)
    {
        using var connection = Connect(database);
        return connection.QueryText(sql);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static ObjectDescriptor Same(ObjectDescriptor source) => source;

    private static string Show(Statement statement, int column)
    {
        // The type first: reading a value in another form may change it.
        var type = statement.Type(column);
        return type switch
        {
            StorageClass.Integer => $"I:{statement.Integer(column)}",
            StorageClass.Float => $"F:{BitConverter.DoubleToInt64Bits(statement.Float(column)):x16}",
            StorageClass.Text => $"T:{Convert.ToHexStringLower(statement.Bytes(column))}",
            StorageClass.Blob => $"B:{Convert.ToHexStringLower(statement.Bytes(column))}",
            _ => "N",
        };
    }
}
