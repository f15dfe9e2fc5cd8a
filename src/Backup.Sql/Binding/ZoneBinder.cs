using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds CONFIGURE ZONE and SET/RESET (exclude_data_from_backup).</summary>
internal sealed class ZoneBinder(BindingContext context, ValueBinder values)
{
    private const string HistoryTtl = "gc.ttlseconds";

    public async ValueTask<BoundConfigureZone> BindAsync(
        ConfigureZoneStatement statement, CancellationToken cancellationToken)
    {
        TimeSpan? retention = null;
        foreach (var variable in statement.Variables)
        {
            var name = string.Join('.', variable.Variable.Parts.Select(part => part.Text));
            if (!name.Equals(HistoryTtl, StringComparison.OrdinalIgnoreCase))
                throw Errors.UnknownZoneVariable(name, ValueBinder.PlaceOf(variable.Variable));
            if (retention is not null)
                throw Errors.DuplicateName(name, ValueBinder.PlaceOf(variable.Variable));
            retention = TimeSpan.FromSeconds(values.Integer(HistoryTtl, variable.Value, 0, int.MaxValue));
        }

        var place = ValueBinder.PlaceOf(statement.Target);
        var parts = statement.Target.Parts.Select(part => part.Text).ToList();
        var (engine, database, table) = await FindAsync(
            async names => statement.IsDatabase
                ? (await names.ResolveDatabaseAsync(parts[0], place, cancellationToken).ConfigureAwait(false), null)
                : Pair(await names.ResolveTableAsync(parts, place, cancellationToken).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        await RequireAsync(engine, "configure zones", place, cancellationToken).ConfigureAwait(false);
        return new BoundConfigureZone
        {
            Engine = engine,
            Database = database,
            Table = table,
            Name = string.Join('.', parts),
            Retention = retention,
        };
    }

    public async ValueTask<BoundExcludeData> BindAsync(
        ExcludeTableDataStatement statement, CancellationToken cancellationToken)
    {
        var place = ValueBinder.PlaceOf(statement.Table);
        var parts = statement.Table.Parts.Select(part => part.Text).ToList();
        var (engine, database, table) = await FindAsync(
            async names => Pair(await names.ResolveTableAsync(parts, place, cancellationToken).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        await RequireAsync(engine, "keep rows out of backups", place, cancellationToken).ConfigureAwait(false);
        return new BoundExcludeData
        {
            Engine = engine,
            Database = database,
            Table = table!.Value,
            Name = string.Join('.', parts),
            IsExcluded = statement.Value is not null && values.Boolean("exclude_data_from_backup", statement.Value),
        };
    }

    private static (string Database, long? Table) Pair(ScopedObject table) => (table.Database, table.Id);

    /// <summary>Looks a name up in every engine, the default one first.</summary>
    private async ValueTask<(string Engine, string Database, long? Table)> FindAsync(
        Func<NameResolver, ValueTask<(string Database, long? Table)>> resolve, CancellationToken cancellationToken)
    {
        BackupSqlException? unknown = null;
        foreach (var name in context.Engines.Keys.OrderBy(n => n == context.DefaultEngine ? 0 : 1))
        {
            var engine = context.Engines[name];
            var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
            await using var _ = catalog.ConfigureAwait(false);
            try
            {
                var names = new NameResolver(catalog, engine.Info.NameComparer, context.CurrentDatabase);
                var (database, table) = await resolve(names).ConfigureAwait(false);
                return (name, database, table);
            }
            catch (BackupSqlException error) when (
                error.SqlState is SqlStates.UndefinedDatabase or SqlStates.UndefinedTable)
            {
                unknown ??= error;
            }
        }

        throw unknown!;
    }

    private async ValueTask RequireAsync(
        string engine, string what, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await context.Rights.IsAdminAsync(cancellationToken).ConfigureAwait(false))
            throw Errors.AdminOnly(context.Rights.User, what, place);
        if (!context.Engines[engine].Info.Capabilities.HasFlag(EngineCapabilities.ZoneConfiguration))
            throw Errors.NoZones(engine, place);
    }
}
