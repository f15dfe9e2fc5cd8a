using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;
using Backup.Sql.Rows;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Makes what goes into one database: tables, rows, then keys and indexes, foreign keys, views and triggers. Then every
/// index is built once over all rows, and no trigger fires.
/// </summary>
internal sealed class DatabaseRestore : IAsyncDisposable
{
    private readonly NoticeList _notices;
    private readonly Names _names = new();
    private readonly List<ObjectRestore> _made = [];
    private readonly List<ObjectRestore> _later = [];
    private readonly Dictionary<long, RestoredTable> _tables = [];
    private readonly HashSet<long> _late = [];
    private readonly DatabaseDescriptor? _source;

    /// <param name="connections">To the database.</param>
    /// <param name="source">The database that it is a copy of; null where only some of its objects come.</param>
    /// <param name="notices">Takes what was left out.</param>
    public DatabaseRestore(WorkConnections connections, DatabaseDescriptor? source, NoticeList notices)
    {
        Connections = connections;
        _source = source;
        _notices = notices;
    }

    public WorkConnections Connections { get; }

    /// <summary>Makes the tables and what they need.</summary>
    public ValueTask CreateAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken) =>
        Connections.UseAsync(connection => CreateAsync(connection, objects, cancellationToken), cancellationToken);

    /// <summary>Takes rows of a table.</summary>
    public async ValueTask IngestAsync(
        string database, long tableId, IRowSource rows, CancellationToken cancellationToken)
    {
        if (!_tables.TryGetValue(tableId, out var table))
            throw RestoreErrors.UnknownTable(database, tableId);
        var empties = Connections.IsNew && !table.IsPartitioned && table.IsFirst();
        if (Connections.IsNew && !table.IsPartitioned && !empties)
            await table.WaitUntilEmptiedAsync(cancellationToken).ConfigureAwait(false);
        await Connections.UseAsync(
            connection => empties
                ? LoadFirstAsync(connection, table, rows, cancellationToken)
                : LoadAsync(connection, table, IsFrozen(table), rows, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes what comes after the rows, and checks foreign keys.</summary>
    public async ValueTask CompleteAsync(bool checkForeignKeys, CancellationToken cancellationToken)
    {
        var tables = _tables.Values.Where(table => !table.ReplacesRows).ToList();
        Roles roles = null!;
        await Connections.UseAsync(
            async connection =>
            {
                roles = await Roles.ReadAsync(connection, _notices, cancellationToken).ConfigureAwait(false);
                var finish = new TableFinish(_names, roles, _notices);
                await RunAsync(
                    connection, tables.Where(table => table.Definition is not null)
                        .SelectMany(table => finish.Later(table, table.Definition!)), cancellationToken)
                    .ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        var indexes = new IndexMaker(_names, _notices);
        await Connections.ForEachAsync(
            tables, (connection, table) => indexes.MakeAsync(connection, table, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        await MakeForeignKeysAsync(tables, checkForeignKeys, cancellationToken).ConfigureAwait(false);
        await Connections.UseAsync(
            connection => FinishAsync(connection, tables, indexes, roles, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        await Connections.UseAsync(
            connection => CheckReplacedAsync(connection, checkForeignKeys, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        await Connections.ForEachAsync(
            _tables.Values.Select(table => table.Place),
            (connection, place) => connection.MakeAsync($"statistics of {place}", $"ANALYZE {place}",
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => Connections.DisposeAsync();

    private async ValueTask CreateAsync(
        NpgsqlConnection connection, IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken)
    {
        foreach (var restore in objects)
            _names.Add(restore);
        var isWhole = Connections.IsNew && _source is not null;
        if (isWhole && !objects.Any(o => o.Target is SchemaDescriptor { Name: NeutralDdl.DefaultSchema }))
            await connection.RunAsync($"DROP SCHEMA {NeutralDdl.DefaultSchema}", cancellationToken).ConfigureAwait(false);
        foreach (var restore in objects.Where(o => o.Target is SchemaDescriptor))
            await MakeAsync(connection, restore, cancellationToken).ConfigureAwait(false);
        if (isWhole)
            await MakeExtensionsAsync(connection, cancellationToken).ConfigureAwait(false);
        foreach (var restore in objects.Where(o => o.Target is not (SchemaDescriptor or DatabaseDescriptor)))
        {
            if (restore.ReplacesRows)
                await ReplaceAsync(connection, restore, cancellationToken).ConfigureAwait(false);
            else if (!restore.Exists)
                await MakeAsync(connection, restore, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask MakeAsync(
        NpgsqlConnection connection, ObjectRestore restore, CancellationToken cancellationToken)
    {
        var isLate = restore.Target is ViewDescriptor or TriggerDescriptor
            || (restore.Target is not TableDescriptor && restore.Source.DependsOn.Any(_late.Contains));
        if (isLate)
        {
            _late.Add(restore.Source.Id);
            _later.Add(restore);
            return;
        }

        if (restore.Target is TableDescriptor)
        {
            var made = await new TableMaker(_names, _notices)
                .MakeAsync(connection, restore, IsExact(restore), cancellationToken).ConfigureAwait(false);
            _tables.Add(restore.Source.Id, made);
            return;
        }

        if (await new ObjectMaker(_names, _notices)
            .MakeAsync(connection, restore, IsExact(restore), cancellationToken).ConfigureAwait(false))
            _made.Add(restore);
    }

    private async ValueTask MakeExtensionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var definition = DefinitionJson.Of<DatabaseDefinition>(_source!);
        foreach (var extension in definition.Extensions)
        {
            await connection.MakeAsync(
                $"extension {extension.Name}",
                $"CREATE EXTENSION IF NOT EXISTS {Quote.Name(extension.Name)} SCHEMA {Quote.Name(extension.Schema)}",
                cancellationToken).ConfigureAwait(false);
        }

        _notices.AddRange((_source!.NotCarried ?? []).Select(what => $"{_source!.Name}: {what} is in no backup"));
    }

    private async ValueTask ReplaceAsync(
        NpgsqlConnection connection, ObjectRestore restore, CancellationToken cancellationToken)
    {
        var table = new RestoredTable(restore, null);
        await RowReplacement.EmptyAsync(connection, table, cancellationToken).ConfigureAwait(false);
        table.Columns = await TableMaker.ColumnsAsync(connection, table, cancellationToken).ConfigureAwait(false);
        _tables.Add(restore.Source.Id, table);
    }

    /// <summary>Nobody else is in the database: the rows need not look new to anybody.</summary>
    private static async ValueTask LoadFirstAsync(
        NpgsqlConnection connection, RestoredTable table, IRowSource rows, CancellationToken cancellationToken)
    {
        await connection.RunAsync("BEGIN", cancellationToken).ConfigureAwait(false);
        await connection.RunAsync($"TRUNCATE ONLY {table.Place}", cancellationToken).ConfigureAwait(false);
        table.Emptied();
        await LoadAsync(connection, table, true, rows, cancellationToken).ConfigureAwait(false);
        await connection.RunAsync("COMMIT", cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask LoadAsync(
        NpgsqlConnection connection, RestoredTable table, bool freeze, IRowSource rows,
        CancellationToken cancellationToken) => await RowIngest.CopyAsync(
            connection, table.FullName, table.CopyTarget, freeze, table.Columns, rows, cancellationToken)
            .ConfigureAwait(false);

    private bool IsFrozen(RestoredTable table) =>
        !Connections.IsNew && !table.ReplacesRows && !table.IsPartitioned;

    private async ValueTask MakeForeignKeysAsync(
        IReadOnlyList<RestoredTable> tables, bool isChecked, CancellationToken cancellationToken)
    {
        var open = new List<(RestoredTable Table, ForeignKeyDescriptor Key)>();
        var maker = new ForeignKeyMaker(_notices, !Connections.IsNew);
        await Connections.UseAsync(
            async connection =>
            {
                foreach (var table in tables)
                {
                    var keys = await maker.MakeAsync(connection, table, isChecked, cancellationToken)
                        .ConfigureAwait(false);
                    open.AddRange(keys.Select(key => (table, key)));
                    await RunAsync(connection, ForeignKeyMaker.ToPartitions(table), cancellationToken)
                        .ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        await Connections.ForEachAsync(
            open,
            (connection, item) => ForeignKeyMaker.ValidateAsync(
                connection, item.Table, item.Key, !Connections.IsNew, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FinishAsync(
        NpgsqlConnection connection, IReadOnlyList<RestoredTable> tables, IndexMaker indexes, Roles roles,
        CancellationToken cancellationToken)
    {
        var maker = new ObjectMaker(_names, _notices);
        foreach (var restore in _later)
        {
            if (!await maker.MakeAsync(connection, restore, IsExact(restore), cancellationToken).ConfigureAwait(false))
                continue;
            _made.Add(restore);
            if (restore is { Target: ViewDescriptor { Materialized: true } view })
                await FillAsync(connection, restore, view, indexes, cancellationToken).ConfigureAwait(false);
        }

        foreach (var statement in Counters.Statements(
            [.. _made.Where(o => o.Target is SequenceDescriptor)], tables, _names))
            await connection.RunAsync(statement, cancellationToken).ConfigureAwait(false);
        var tableFinish = new TableFinish(_names, roles, _notices);
        var finish = new ObjectFinish(_names, roles, tableFinish);
        await RunAsync(
            connection, tables.Where(table => table.Definition is not null)
                .SelectMany(table => tableFinish.Rest(table, table.Definition!)), cancellationToken)
            .ConfigureAwait(false);
        await RunAsync(connection, _made.Where(IsExact).SelectMany(finish.Statements), cancellationToken)
            .ConfigureAwait(false);
        if (Connections.IsNew && _source is not null)
        {
            var definition = DefinitionJson.Of<DatabaseDefinition>(_source);
            foreach (var statement in DatabaseFinish.Members(definition, roles))
                await TryAsync(connection, statement, cancellationToken).ConfigureAwait(false);
            await RunAsync(connection, DatabaseFinish.Inside(definition, roles), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static async ValueTask FillAsync(
        NpgsqlConnection connection, ObjectRestore restore, ViewDescriptor view, IndexMaker indexes,
        CancellationToken cancellationToken)
    {
        var definition = DefinitionJson.Of<ViewDefinition>(restore.Source);
        if (definition.Populated)
        {
            await connection.MakeAsync(
                $"the rows of materialized view {view.Name}", $"REFRESH MATERIALIZED VIEW {Names.Place(view)}",
                cancellationToken).ConfigureAwait(false);
        }

        await indexes.MakeAsync(connection, view, definition, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask CheckReplacedAsync(
        NpgsqlConnection connection, bool isChecked, CancellationToken cancellationToken)
    {
        foreach (var table in _tables.Values.Where(table => table.ReplacesRows && isChecked))
            await ForeignKeyMaker.CheckReplacedAsync(connection, table, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask RunAsync(
        NpgsqlConnection connection, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            var words = statement.Length > 60 ? statement[..60] + "…" : statement;
            await connection.MakeAsync($"what \"{words}\" makes", statement, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a statement that the restore can do without; a notice tells when it failed.</summary>
    private async ValueTask TryAsync(
        NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        try
        {
            await connection.RunAsync(statement, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException failure) when (failure.SqlState
            is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedObject)
        {
            _notices.Add($"the server did not run {statement}: {failure.MessageText}");
        }
    }

    private static bool IsExact(ObjectRestore restore) => restore.SourceEngine == PostgresEngine.Kind;
}
