using Backup.Sql.Access;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds BACKUP.</summary>
internal sealed class BackupBinder(BindingContext context, ValueBinder values)
{
    public async ValueTask<BoundBackup> BindAsync(BackupStatement statement, CancellationToken cancellationToken)
    {
        var options = statement.Options;
        RefuseUnsupported(options);
        var notices = new List<string>();
        var asOf = statement.AsOf is null ? null : new AsOfBinder(context, values).Bind(statement.AsOf);
        var engine = await ChooseEngineAsync(statement.Targets, cancellationToken).ConfigureAwait(false);
        var info = context.Engines[engine].Info;
        var abilities = await AbilitiesAsync(engine, statement.Targets, cancellationToken).ConfigureAwait(false);
        var timeTravel = abilities.HasFlag(EngineCapabilities.TimeTravel);
        if (asOf is not null && !timeTravel && !asOf.IsFreshnessBound)
            throw Errors.NoHistory(Describe(statement.Targets, engine), ValueBinder.PlaceOf(statement.AsOf!));
        if (asOf is not null && asOf.Time > context.NowTimestamp)
            throw Errors.TimeOutOfRange("the time lies in the future", ValueBinder.PlaceOf(statement.AsOf!));

        var revisionHistory = values.Boolean(
            "revision_history", options.RevisionHistory, options.Spans.Find("revision_history") is not null);
        if (revisionHistory && !abilities.HasFlag(EngineCapabilities.RevisionHistory))
            throw Errors.NoHistory(
                Describe(statement.Targets, engine), ValueBinder.PlaceOf(options.SpanOf("revision_history")));

        var catalogTime = timeTravel ? asOf?.Time ?? context.ScheduledTimestamp : null;
        var catalog = await context.Engines[engine].OpenCatalogAsync(catalogTime, cancellationToken)
            .ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var scope = await ScopeAsync(statement.Targets, catalog, info.NameComparer, cancellationToken)
            .ConfigureAwait(false);
        if (asOf is not null && !timeTravel)
            notices.Add($"{string.Join(", ", scope.AllDatabases())} keeps no history: backed up as of the statement's own time");
        if (!options.IncrementalLocation.IsEmpty)
            notices.Add("option incremental_location is deprecated");

        await RequireRightsAsync(statement, scope, cancellationToken).ConfigureAwait(false);
        var (destination, subdirectory, incrementalFrom) =
            await DestinationAsync(statement, notices, cancellationToken).ConfigureAwait(false);
        return new BoundBackup
        {
            Engine = engine,
            Scope = scope,
            Destination = destination,
            Collection = await values.LocationAsync(statement.Uris, cancellationToken).ConfigureAwait(false),
            Subdirectory = subdirectory,
            IncrementalLocation = await values.LocationOrNullAsync(options.IncrementalLocation, cancellationToken)
                .ConfigureAwait(false),
            IncrementalFrom = incrementalFrom,
            AsOf = catalogTime,
            RevisionHistory = revisionHistory,
            Detached = options.Detached ?? false,
            UpdatesMetric = values.Boolean(
                "updates_cluster_monitoring_metrics", options.UpdatesClusterMonitoringMetrics,
                options.Spans.Find("updates_cluster_monitoring_metrics") is not null),
            Name = Name(options),
            Labels = options.Labels is null ? [] : new LabelBinder(values).Bind(options.Labels),
            Compression = Compression(options),
            CompressionLevel = CompressionLevel(options),
            MaskedText = SqlFormatter.Format(statement),
            Description = SqlFormatter.Format(statement, FormatMode.Described),
            Notices = notices,
        };
    }

    private static void RefuseUnsupported(BackupOptions options)
    {
        if (options.EncryptionPassphrase is not null && !options.Kms.IsEmpty)
            throw Errors.OptionsConflict("encryption_passphrase", "kms", ValueBinder.PlaceOf(options.SpanOf("kms")));
        Refuse(options.EncryptionPassphrase is not null, "encryption_passphrase");
        Refuse(!options.Kms.IsEmpty, "kms");
        Refuse(options.ExecutionLocality is not null, "execution locality");
        Refuse(
            options.IncludeAllVirtualClusters is not null, "include_all_virtual_clusters",
            "Leave it out: there are no virtual clusters here, and a cluster backup holds all databases.");
        Refuse(options.StrictStorageLocality, "strict storage locality");
        Refuse(
            options.RevisionStream, "revision stream",
            "Use WITH revision_history and frequent incremental backups (CREATE SCHEDULE).");
        Refuse(options.Pause is not null, "pause");
        Refuse(options.PauseWait is not null, "pause_wait");

        void Refuse(bool given, string option, string? hint = null)
        {
            if (given)
                throw Errors.OptionNotSupported(option, ValueBinder.PlaceOf(options.SpanOf(option)), hint);
        }
    }

    /// <summary>The names in the targets that are, or may be, those of databases; none for a cluster.</summary>
    private IEnumerable<string> DatabaseNames(BackupTargets? targets) => targets switch
    {
        DatabaseTargets databases => databases.Databases.Select(d => d.Text),
        TableTargets tables => tables.Tables.Where(t => t.Parts.Count == 3).Select(t => t.Parts[0].Text)
            .Concat(tables.Tables.Where(t => t.Parts.Count == 2 && !t.IsWildcard).Select(t => t.Parts[0].Text))
            .Concat(tables.Tables.Where(t => t.Parts.Count == 1 && t.IsWildcard).Select(t => t.Parts[0].Text))
            .DefaultIfEmpty(context.CurrentDatabase ?? ""),
        VirtualClusterTarget => throw Errors.NotOffered(
            "VIRTUAL CLUSTER", "Name databases, or leave the target out to back up all of them.",
            ValueBinder.PlaceOf(targets)),
        _ => [],
    };

    /// <summary>What can be done with all the databases that the statement is about.</summary>
    private async ValueTask<EngineCapabilities> AbilitiesAsync(
        string engine, BackupTargets? targets, CancellationToken cancellationToken)
    {
        var named = DatabaseNames(targets).ToHashSet(context.Engines[engine].Info.NameComparer);
        if (context.Engines[engine] is not IDatabaseAbilities)
            return context.Engines[engine].Info.Capabilities;
        var catalog = await context.Engines[engine].OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var all = (await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false)).Select(d => d.Name)
            .ToList();
        var meant = targets is null ? all : all.Where(named.Contains).ToList();

        // Two parts may be schema and table as well.
        if (meant.Count == 0)
            meant = [.. all.Where(name => name == context.CurrentDatabase)];
        return await DatabaseAbilities.OfAsync(context.Engines[engine], meant, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The one engine that holds all the databases named; the default one for a cluster.</summary>
    private async ValueTask<string> ChooseEngineAsync(BackupTargets? targets, CancellationToken cancellationToken)
    {
        var names = DatabaseNames(targets);
        if (context.Engines.Count == 1)
            return context.DefaultEngine;
        var holders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (await HolderAsync(name, cancellationToken).ConfigureAwait(false) is { } holder)
                holders.Add(holder);
        }

        return holders.Count switch
        {
            0 => context.DefaultEngine,
            1 => holders.Single(),
            _ => throw Errors.SeveralEngines(ValueBinder.PlaceOf(targets!)),
        };
    }

    /// <summary>The engine that holds a database; null if none does.</summary>
    public async ValueTask<string?> HolderAsync(string database, CancellationToken cancellationToken)
    {
        // The default engine first: it wins where two engines hold a database of one name.
        foreach (var name in context.Engines.Keys.OrderBy(n => n == context.DefaultEngine ? 0 : 1))
        {
            var engine = context.Engines[name];
            var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
            await using var _ = catalog.ConfigureAwait(false);
            var databases = await catalog.GetDatabasesAsync(cancellationToken).ConfigureAwait(false);
            if (databases.Any(d => engine.Info.NameComparer.Equals(d.Name, database)))
                return name;
        }

        return null;
    }

    private async ValueTask<BackupScope> ScopeAsync(
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

    private async ValueTask RequireRightsAsync(
        BackupStatement statement, BackupScope scope, CancellationToken cancellationToken)
    {
        var place = ValueBinder.PlaceOf(statement.Targets ?? (SyntaxNode)statement);
        if (scope.IsCluster)
        {
            await context.Rights.RequireAsync(Privilege.Backup, Securable.System, place, cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        var targets = scope.Databases.Select(Securable.Database)
            .Concat(scope.Objects.Select(table => Securable.Table(table.Name)));
        foreach (var target in targets)
        {
            await context.Rights.RequireAsync(Privilege.Backup, target, place, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async ValueTask<(BackupDestination Kind, string? Subdirectory, IReadOnlyList<string> From)>
        DestinationAsync(BackupStatement statement, List<string> notices, CancellationToken cancellationToken)
    {
        switch (statement.Destination)
        {
            case IntoLatest:
                return (BackupDestination.Latest, null, []);
            case IntoSubdirectory sub:
                return (BackupDestination.Subdirectory, values.Text(sub.Subdirectory).Trim('/'), []);
            case ToLocation to:
                notices.Add("the form BACKUP … TO is deprecated: BACKUP … INTO makes a collection");
                var from = new List<string>();
                foreach (var layer in to.IncrementalFrom)
                    from.Add(await values.LocationAsync(layer, cancellationToken).ConfigureAwait(false));
                return (BackupDestination.Location, null, from);
            default:
                return (BackupDestination.NewFull, null, []);
        }
    }

    private string? Compression(BackupOptions options)
    {
        if (options.Compression is null)
            return context.Compression;
        var text = values.Text(options.Compression).ToLowerInvariant();
        return text is "zstd" or "brotli" or "none"
            ? text
            : throw Errors.InvalidOptionValue(
                "compression", text, "'zstd', 'brotli' or 'none'", ValueBinder.PlaceOf(options.Compression));
    }

    /// <summary>
    /// The host's level belongs to the host's codec: one that the statement names has a default of its own.
    /// </summary>
    private int? CompressionLevel(BackupOptions options)
    {
        if (options.CompressionLevel is not null)
            return values.Integer("compression_level", options.CompressionLevel, 0, 19);
        return Compression(options) == context.Compression ? context.CompressionLevel : null;
    }

    /// <summary>The name that the registry keeps the backup under; a slash parts it from its database there.</summary>
    private string? Name(BackupOptions options)
    {
        var name = values.TextOrNull(options.Name);
        return name is null || (name.Length > 0 && !name.Contains('/', StringComparison.Ordinal))
            ? name
            : throw Errors.InvalidOptionValue("name", name, "a name without a slash", ValueBinder.PlaceOf(options.Name!));
    }

    private static string Describe(BackupTargets? targets, string engine) => targets switch
    {
        DatabaseTargets databases => string.Join(", ", databases.Databases.Select(d => d.Text)),
        _ => $"engine {engine}",
    };
}
