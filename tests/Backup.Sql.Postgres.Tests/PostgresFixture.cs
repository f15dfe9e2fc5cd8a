using System.Globalization;
using System.Text;
using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.EngineContract;
using Npgsql;
using NpgsqlTypes;

namespace Backup.Sql.Postgres.Tests;

/// <summary>Fills a PostgreSQL server for the conformance suite.</summary>
/// <param name="tracks">Whether the changes of the databases are tracked.</param>
internal sealed class PostgresFixture(bool tracks) : EngineConformanceFixture
{
    private PooledServer? _pooled;
    private PostgresEngine? _engine;
    private readonly List<string> _tracked = [];

    public override EngineCapabilities? Abilities => tracks
        ? _engine!.Info.Capabilities | EngineCapabilities.TimeTravel | EngineCapabilities.ChangeExport
            | EngineCapabilities.RevisionHistory | EngineCapabilities.RetentionHolds
        : null;

    public override IReadOnlyList<ColumnKind> MoreKinds =>
    [
        ColumnKind.Boolean, ColumnKind.Decimal, ColumnKind.Date, ColumnKind.Time, ColumnKind.Timestamp,
        ColumnKind.TimestampTz, ColumnKind.Interval, ColumnKind.Uuid, ColumnKind.Json, ColumnKind.Array,
    ];

    public override bool DropsWaitForSnapshots => true;

    public override bool PastNeedsKeys => true;

    private TestServer Server => _pooled!.Server;

    public override async ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken)
    {
        _pooled = await PooledServer.RentAsync();
        return _engine = PostgresEngine.Open(new PostgresEngineOptions { ConnectionString = Server.ConnectionString });
    }

    public override async ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        await Server.RunSqlAsync("postgres", $"CREATE DATABASE {database} TEMPLATE template0");
        if (!tracks)
            return;
        await _engine!.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1), cancellationToken);
        _tracked.Add(database);
    }

    public override async ValueTask ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        foreach (var database in _tracked)
        {
            await _engine!.SetHistoryRetentionAsync(database, null, TimeSpan.FromTicks(10), cancellationToken);
            await MarkAsync(database);
            await _engine.SetHistoryRetentionAsync(database, null, TimeSpan.FromHours(1), cancellationToken);
        }
    }

    public override async ValueTask CreateTableAsync(
        string database, SampleTable table, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Select(column => Column(table, column)).ToList();
        if (table.PrimaryKey.Count > 0)
        {
            // The key of a partitioned table holds what it is partitioned by.
            var key = table.PartitionColumn is { } more ? table.PrimaryKey.Append(more) : table.PrimaryKey;
            columns.Add($"PRIMARY KEY ({string.Join(", ", key)})");
        }

        var partitioned = table.PartitionColumn is { } by ? $" PARTITION BY LIST ({by})" : "";
        await Server.RunSqlAsync(
            database,
            [
                $"CREATE TABLE public.{table.Name} ({string.Join(", ", columns)}){partitioned}",
                .. table.Partitions.Select(partition =>
                    $"CREATE TABLE public.{partition} PARTITION OF public.{table.Name} FOR VALUES IN ('{partition}')"),
                .. table.IndexedColumns.Select(column =>
                    $"CREATE INDEX {table.Name}_{column}_idx ON public.{table.Name} ({column})"),
            ]);
        await MarkAsync(database);
    }

    public override async ValueTask DropTableAsync(
        string database, SampleTable table, CancellationToken cancellationToken)
    {
        await Server.RunSqlAsync(database, "SET lock_timeout = '1s'", $"DROP TABLE public.{table.Name} CASCADE");
        await MarkAsync(database);
    }

    public override async ValueTask ChangeAsync(
        string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken)
    {
        await using var connection = await Server.ConnectAsync(database);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var role = new NpgsqlCommand("SET session_replication_role = replica", connection))
            await role.ExecuteNonQueryAsync(cancellationToken);
        foreach (var some in changes.Chunk(500))
        {
            await using var batch = new NpgsqlBatch(connection);
            foreach (var change in some)
                batch.BatchCommands.Add(Command(change));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public override async ValueTask<bool> TryCreateViewAsync(
        string database, string view, SampleTable table, CancellationToken cancellationToken)
    {
        await Server.RunSqlAsync(database, $"CREATE VIEW public.{view} AS SELECT * FROM public.{table.Name}");
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_pooled is not null)
            await _pooled.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>When the catalog changed is known from mark to mark.</summary>
    private async Task MarkAsync(string database)
    {
        if (_tracked.Contains(database))
            await (await _engine!.OpenSnapshotAsync(new SnapshotRequest { Databases = [database] })).DisposeAsync();
    }

    private static string Column(SampleTable table, SampleColumn column)
    {
        var type = column.Kind switch
        {
            ColumnKind.Integer => "bigint",
            ColumnKind.Float => "double precision",
            ColumnKind.Bytes => "bytea",
            ColumnKind.Decimal => "numeric",
            ColumnKind.Array => "bigint[]",
            var other => other.ToString(),
        };
        var refers = column.Name == table.ReferringColumn ? $" REFERENCES public.{table.ReferencedTable}" : "";
        return $"{column.Name} {type}{(column.Nullable ? "" : " NOT NULL")}{refers}";
    }

    private static NpgsqlBatchCommand Command(SampleChange change)
    {
        var table = change.Table;
        var next = change.Values.Count;
        var where = string.Join(" AND ", table.PrimaryKey.Select(column => $"{column} = ${++next}"));
        var set = string.Join(", ", table.Columns.Select((column, i) => $"{column.Name} = ${i + 1}"));
        var command = new NpgsqlBatchCommand(change.Kind switch
        {
            SampleChangeKind.Insert =>
                $"INSERT INTO public.{table.Name} VALUES ({string.Join(", ", change.Values.Select((_, i) => $"${i + 1}"))})",
            SampleChangeKind.Update => $"UPDATE public.{table.Name} SET {set} WHERE {where}",
            _ => $"DELETE FROM public.{table.Name} WHERE {where}",
        });
        foreach (var value in change.Kind == SampleChangeKind.Insert ? change.Values : change.Values.Concat(change.Key))
        {
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = (object?)Text(value) ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Unknown,
            });
        }

        return command;
    }

    private static string? Text(object? value)
    {
        switch (value)
        {
            case byte[] bytes:
                return "\\x" + Convert.ToHexString(bytes);
            case object?[] elements:
                return $"{{{string.Join(',', elements.Select(element => Text(element) ?? "NULL"))}}}";
            case DateOnly day:
                return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            case TimeOnly or DateTime or DateTimeOffset:
                return ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture);
            case IntervalValue interval:
                var text = new byte[TimeText.MaxLength];
                return Encoding.ASCII.GetString(text, 0, TimeText.Interval(text, interval));
            case null:
                return null;
            default:
                return Convert.ToString(value, CultureInfo.InvariantCulture);
        }
    }
}
