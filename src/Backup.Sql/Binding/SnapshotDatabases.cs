using Backup.Sql.Diagnostics;

namespace Backup.Sql.Binding;

/// <summary>Finds databases by their exact names, which the StarRocks dialect compares case by case.</summary>
internal sealed class SnapshotDatabases(BindingContext context)
{
    /// <summary>The engine that holds a database; the default one wins where two hold one of that name.</summary>
    public async ValueTask<(string Engine, string Database)?> FindAsync(
        string database, CancellationToken cancellationToken)
    {
        foreach (var engine in context.Engines.Keys.OrderBy(name => name == context.DefaultEngine ? 0 : 1))
        {
            if ((await NamesAsync(engine, cancellationToken).ConfigureAwait(false)).Contains(database))
                return (engine, database);
        }

        return null;
    }

    /// <summary>The error that names what there is.</summary>
    public async ValueTask<BackupSqlException> NotFoundAsync(
        string database, TextPlace place, CancellationToken cancellationToken)
    {
        var known = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var engine in context.Engines.Keys)
            known.UnionWith(await NamesAsync(engine, cancellationToken).ConfigureAwait(false));
        return Errors.DatabaseNotFound(database, known, place);
    }

    private async ValueTask<HashSet<string>> NamesAsync(string engine, CancellationToken cancellationToken)
    {
        var catalog = await context.Engines[engine].OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
        return databases.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
    }
}
