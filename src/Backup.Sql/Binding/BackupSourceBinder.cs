using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Finds the engines that hold what a BACKUP names, and resolves the names there. Where two engines hold a database of
/// one name, the default engine wins.
/// </summary>
internal sealed class BackupSourceBinder(BindingContext context)
{
    private readonly Dictionary<string, IReadOnlyList<string>> _databases = new(StringComparer.Ordinal);

    /// <summary>The targets by engine, in the order in which the statement first names them.</summary>
    public async ValueTask<IReadOnlyList<(string Engine, BackupTargets? Targets)>> ByEngineAsync(
        BackupTargets? targets, CancellationToken cancellationToken)
    {
        if (targets is VirtualClusterTarget)
        {
            throw Errors.NotOffered(
                "VIRTUAL CLUSTER", "Name databases, or leave the target out to back up all of them.",
                ValueBinder.PlaceOf(targets));
        }

        if (context.Engines.Count == 1 || targets is null)
            return [(context.DefaultEngine, targets)];
        var parts = new List<(string Engine, BackupTargets? Targets)>();
        switch (targets)
        {
            case DatabaseTargets list:
                foreach (var group in await GroupAsync(list.Databases, name => [name.Text], cancellationToken)
                    .ConfigureAwait(false))
                {
                    parts.Add((group.Key, list with { Databases = [.. group] }));
                }

                break;
            case TableTargets tables:
                foreach (var group in await GroupAsync(tables.Tables, Databases, cancellationToken)
                    .ConfigureAwait(false))
                {
                    parts.Add((group.Key, tables with { Tables = [.. group] }));
                }

                break;
        }

        return parts;
    }

    /// <summary>What can be done with all the databases of one engine that the targets are about.</summary>
    public async ValueTask<EngineCapabilities> AbilitiesAsync(
        string engine, BackupTargets? targets, CancellationToken cancellationToken)
    {
        if (context.Engines[engine] is not IDatabaseAbilities)
            return context.Engines[engine].Info.Capabilities;
        var all = await DatabasesAsync(engine, cancellationToken).ConfigureAwait(false);
        var comparer = context.Engines[engine].Info.NameComparer;
        IReadOnlyList<string> named = targets switch
        {
            DatabaseTargets list => [.. list.Databases.Select(database => database.Text)],
            TableTargets tables => [.. tables.Tables.SelectMany(Databases)],
            _ => all,
        };
        IReadOnlyList<string> meant = [.. all.Where(database => named.Contains(database, comparer))];
        return await DatabaseAbilities.OfAsync(context.Engines[engine], meant, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Resolves the targets of one engine in its catalog.</summary>
    public async ValueTask<BackupScope> ScopeAsync(
        BackupTargets? targets, ICatalogReader catalog, StringComparer comparer, CancellationToken cancellationToken)
    {
        var names = new NameResolver(catalog, comparer, context.CurrentDatabase);
        switch (targets)
        {
            case DatabaseTargets list:
                var databases = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var name in list.Databases)
                {
                    databases.Add(await names
                        .ResolveDatabaseAsync(name.Text, ValueBinder.PlaceOf(name), cancellationToken)
                            .ConfigureAwait(false));
                }

                return new BackupScope { Databases = [.. databases] };
            case TableTargets tables:
                return new BackupScope { Objects = await TablesAsync(tables, names, cancellationToken)
                    .ConfigureAwait(false) };
            default:
                var all = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
                return new BackupScope { IsCluster = true,
                    Databases = [.. all.Select(d => d.Name).Order(StringComparer.Ordinal)] };
        }
    }

    /// <summary>Adds the tables that a store's controller names as the state of its transactions.</summary>
    public static async ValueTask<BackupScope> WithCoordinatorTablesAsync(
        BackupScope scope, IPauseController controller, ICatalogReader catalog, StringComparer comparer,
        TextPlace place, CancellationToken cancellationToken)
    {
        var names = new NameResolver(catalog, comparer, null);
        var objects = scope.Objects.ToList();
        foreach (var name in controller.CoordinatorTables)
        {
            var found = await names.ResolveTableAsync(name.Split('.'), place, cancellationToken)
                .ConfigureAwait(false);
            var covered = scope.Databases.Contains(found.Database, StringComparer.Ordinal)
                || objects.Any(o => o.Id == found.Id && o.Database == found.Database);
            if (!covered)
                objects.Add(found);
        }

        return objects.Count == scope.Objects.Count ? scope : scope with { Objects = objects };
    }

    private static async ValueTask<IReadOnlyList<ScopedObject>> TablesAsync(
        TableTargets tables, NameResolver names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, ScopedObject>();
        foreach (var pattern in tables.Tables)
        {
            var parts = pattern.Parts.Select(p => p.Text).ToList();
            var place = ValueBinder.PlaceOf(pattern);
            var matches = pattern.IsWildcard
                ? await names.ResolveWildcardAsync(parts, place, cancellationToken).ConfigureAwait(false)
                : [await names.ResolveTableAsync(parts, place, cancellationToken).ConfigureAwait(false)];
            foreach (var match in matches)
                found.TryAdd(match.Id, match);
        }

        return [.. found.Values.OrderBy(o => o.Name, StringComparer.Ordinal)];
    }

    private async ValueTask<IEnumerable<IGrouping<string, T>>> GroupAsync<T>(
        IReadOnlyList<T> items, Func<T, IReadOnlyList<string>> databases, CancellationToken cancellationToken)
    {
        var placed = new List<(string Engine, T Item)>();
        foreach (var item in items)
            placed.Add((await HolderAsync(databases(item), cancellationToken).ConfigureAwait(false), item));
        return placed.GroupBy(p => p.Engine, p => p.Item, StringComparer.Ordinal);
    }

    /// <summary>The databases that a pattern may mean: the one that it names, or else the current one.</summary>
    private IReadOnlyList<string> Databases(TablePattern pattern)
    {
        var current = context.CurrentDatabase is { } database ? new[] { database } : [];
        var namesOne = pattern.Parts.Count > 1 || (pattern.Parts.Count == 1 && pattern.IsWildcard);
        return namesOne ? [pattern.Parts[0].Text, .. current] : current;
    }

    /// <summary>The engine that holds the first of the databases that any holds; else the default one.</summary>
    private async ValueTask<string> HolderAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        foreach (var database in databases)
        {
            foreach (var name in context.Engines.Keys.OrderBy(n => n == context.DefaultEngine ? 0 : 1))
            {
                var known = await DatabasesAsync(name, cancellationToken).ConfigureAwait(false);
                if (known.Contains(database, context.Engines[name].Info.NameComparer))
                    return name;
            }
        }

        return context.DefaultEngine;
    }

    /// <summary>Finds the engine that holds a database; null for none.</summary>
    public async ValueTask<string?> FindHolderAsync(string database, CancellationToken cancellationToken)
    {
        var holder = await HolderAsync([database], cancellationToken).ConfigureAwait(false);
        var known = await DatabasesAsync(holder, cancellationToken).ConfigureAwait(false);
        return known.Contains(database, context.Engines[holder].Info.NameComparer) ? holder : null;
    }

    private async ValueTask<IReadOnlyList<string>> DatabasesAsync(string engine, CancellationToken cancellationToken)
    {
        if (_databases.TryGetValue(engine, out var known))
            return known;
        var catalog = await context.Engines[engine].OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        return _databases[engine] = [.. databases.Select(d => d.Name)];
    }
}
