using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Binds BACKUP SNAPSHOT: a full backup of one database, or of objects of it, whose collection is that of a repository.
/// </summary>
internal sealed class SnapshotBackupBinder(BindingContext context)
{
    private static readonly string[] Known = ["type", "timeout", "ttl"];

    public async ValueTask<BoundBackup> BindAsync(
        BackupSnapshotStatement statement, CancellationToken cancellationToken)
    {
        var (label, repository) = SnapshotNames.Head(
            statement.Snapshot, statement.Repository, statement.Catalogs, statement.Database is not null,
            !statement.Objects.IsEmpty);
        if (statement.Snapshot.Parts.Count > 1)
            throw Errors.DatabaseNamedTwice(ValueBinder.PlaceOf(statement.Snapshot));
        var properties = new SnapshotProperties("BACKUP", statement.Properties, Known);
        properties.CheckType();
        var timeout = properties.Timeout();
        var ttl = properties.Ttl();
        var wanted = statement.Database?.Text ?? context.CurrentDatabase
            ?? throw Errors.NoDatabaseSelected(ValueBinder.PlaceOf(statement));
        var place = ValueBinder.PlaceOf((SyntaxNode?)statement.Database ?? statement);
        var databases = new SnapshotDatabases(context);
        var (engine, database) = await databases.FindAsync(wanted, cancellationToken).ConfigureAwait(false)
            ?? throw await databases.NotFoundAsync(wanted, place, cancellationToken).ConfigureAwait(false);
        return new BoundBackup
        {
            Engine = engine,
            Scope = await ScopeAsync(statement, engine, database, cancellationToken).ConfigureAwait(false),
            Destination = BackupDestination.NewFull,
            Collection = "",
            Detached = true,
            Compression = context.Compression,
            CompressionLevel = context.CompressionLevel,
            Snapshot = new SnapshotBackup(label, database, repository, timeout)
            {
                Ttl = ttl,
                Objects = [.. statement.Objects.Select(o => SnapshotNames.Show(o, database + "."))],
            },
            MaskedText = SqlFormatter.Format(statement),
            Description = SqlFormatter.Format(statement, FormatMode.Described),
        };
    }

    private async ValueTask<BackupScope> ScopeAsync(
        BackupSnapshotStatement statement, string engine, string database, CancellationToken cancellationToken)
    {
        var info = context.Engines[engine].Info;
        var catalog = await context.Engines[engine].OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var all = await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
        if (statement.Objects.IsEmpty)
        {
            await RequireExportAsync(all, statement, cancellationToken).ConfigureAwait(false);
            return new BackupScope { Databases = [database] };
        }

        SnapshotNames.RefuseRepetition(statement.Objects);
        var found = new Dictionary<long, ScopedObject>();
        foreach (var o in statement.Objects)
        {
            if (o.Alias is not null)
                throw Errors.AliasInBackup(ValueBinder.PlaceOf(o.Alias));
            foreach (var match in Resolve(o, database, all))
            {
                var scoped = new ScopedObject(database, match.Id, Qualified(match))
                {
                    Partitions = Partitions(o, match, info),
                };
                if (o.Name is not null && !found.ContainsKey(match.Id))
                    found[match.Id] = scoped;
                else if (o.Name is null)
                    found[match.Id] = scoped; // ALL means all, of a table that is named beside it too
            }
        }

        await RequireExportAsync(all.Where(o => found.ContainsKey(o.Id)), statement, cancellationToken)
            .ConfigureAwait(false);
        return new BackupScope { Objects = [.. found.Values.OrderBy(o => o.Name, StringComparer.Ordinal)] };
    }

    private async ValueTask RequireExportAsync(
        IEnumerable<ObjectDescriptor> objects, BackupSnapshotStatement statement, CancellationToken cancellationToken)
    {
        var place = ValueBinder.PlaceOf((SyntaxNode?)statement.Database ?? statement);
        foreach (var table in objects.OfType<TableDescriptor>())
        {
            await context.Rights.RequireExportAsync(table.Database, Qualified(table), place, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static List<ObjectDescriptor> Resolve(
        SnapshotObject o, string database, IReadOnlyList<ObjectDescriptor> all)
    {
        var kind = SnapshotNames.KindOf(o);
        if (kind == SnapshotTargetKind.MaterializedView && o.Name is not null
            && !all.Any(other => other is ViewDescriptor { Materialized: true }))
            kind = SnapshotTargetKind.View; // an engine that has none shows them as views
        var ofKind = all.Where(other => IsOfKind(other, kind)).ToList();
        if (o.Name is not { } name)
            return ofKind;
        var schema = SchemaOf(name, database, all);
        var match = ofKind.FirstOrDefault(
            other => other.Name == name.Last.Text && (other.Schema ?? NameResolver.DefaultSchema) == schema);
        return match is not null
            ? [match]
            : throw Errors.SnapshotObjectNotFound(
                SnapshotNames.WordOf(SnapshotNames.KindOf(o)), name.Last.Text, ofKind.Select(other => other.Name),
                ValueBinder.PlaceOf(name));
    }

    // What stands before a name is the database, or a schema of it.
    private static string SchemaOf(ObjectName name, string database, IReadOnlyList<ObjectDescriptor> all)
    {
        if (name.Parts.Count == 1 || name.Parts[0].Text == database)
            return NameResolver.DefaultSchema;
        var first = name.Parts[0].Text;
        return all.Any(o => o is SchemaDescriptor && o.Name == first)
            ? first
            : throw Errors.OtherDatabase(first, database, ValueBinder.PlaceOf(name));
    }

    private static IReadOnlyList<string> Partitions(SnapshotObject o, ObjectDescriptor match, EngineInfo info)
    {
        var names = SnapshotNames.Partitions(o);
        if (names.Count == 0)
            return [];
        if (!info.Capabilities.HasFlag(EngineCapabilities.Partitions))
            throw Errors.PartitionsNotSupported(info.Kind, ValueBinder.PlaceOf(o.Partitions!));
        var known = (match as TableDescriptor)?.Partitions ?? [];
        foreach (var name in names.Where(name => !known.Contains(name, StringComparer.Ordinal)))
            throw Errors.PartitionNotFound(name, match.Name, known, ValueBinder.PlaceOf(o.Partitions!));
        return names;
    }

    private static bool IsOfKind(ObjectDescriptor o, SnapshotTargetKind kind) => kind switch
    {
        SnapshotTargetKind.Table => o is TableDescriptor,
        SnapshotTargetKind.MaterializedView => o is ViewDescriptor { Materialized: true },
        SnapshotTargetKind.View => o is ViewDescriptor { Materialized: false },
        _ => o is FunctionDescriptor,
    };

    private static string Qualified(ObjectDescriptor o) =>
        $"{o.Database}.{o.Schema ?? NameResolver.DefaultSchema}.{o.Name}";
}
