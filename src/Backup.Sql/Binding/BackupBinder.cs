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
        var pause = new PauseBinder(context, values).Bind(options);
        var wanted = asOf?.Time ?? (pause is null ? context.ScheduledTimestamp : null);
        var revisionHistory = values.Boolean(
            "revision_history", options.RevisionHistory, options.Spans.Find("revision_history") is not null);
        var sources = new List<BackupSource>();
        var binder = new BackupSourceBinder(context);
        var timeTravel = true;
        foreach (var (engine, targets) in await binder.ByEngineAsync(statement.Targets, cancellationToken)
            .ConfigureAwait(false))
        {
            var capabilities = await binder.AbilitiesAsync(engine, targets, cancellationToken).ConfigureAwait(false);
            timeTravel &= capabilities.HasFlag(EngineCapabilities.TimeTravel);
            RequireHistory(statement, engine, capabilities, asOf, revisionHistory);
            var source = await SourceAsync(
                engine, targets, binder, timeTravel ? wanted : null, pause is not null, statement,
                cancellationToken).ConfigureAwait(false);

            // Where no time is insisted on, the present does for tables that have no past. With revision_history too,
            // if tables are written one by one: pages are taken back as a whole, and would take such a table along.
            var isInsisted = asOf is { IsFreshnessBound: false }
                || (revisionHistory && capabilities.HasFlag(EngineCapabilities.PageSpaces));
            var lacking = isInsisted || wanted is not null
                ? await LackingAsync(engine, source.Scope, isInsisted ? asOf?.Time : null, cancellationToken)
                    .ConfigureAwait(false)
                : null;
            if (lacking is not null && isInsisted)
            {
                throw Errors.TableKeepsNoHistory(
                    lacking.Database, lacking.Name,
                    asOf is null
                        ? ValueBinder.PlaceOf(options.SpanOf("revision_history"))
                        : ValueBinder.PlaceOf(statement.AsOf!));
            }

            if (lacking is null && !isInsisted && timeTravel && wanted is not null)
            {
                lacking = await LackingAsync(engine, source.Scope, wanted, cancellationToken).ConfigureAwait(false);
            }

            if (lacking is not null && timeTravel)
            {
                timeTravel = false;
                source = await SourceAsync(
                    engine, targets, binder, null, pause is not null, statement, cancellationToken)
                    .ConfigureAwait(false);
            }

            sources.Add(source);
        }

        new PauseBinder(context, values).Check(statement, pause, sources);
        var scope = Union(sources);
        var catalogTime = timeTravel ? wanted : null;
        if (asOf is not null && !timeTravel)
            notices.Add($"{string.Join(", ", scope.AllDatabases())} keeps no history: backed up as of the statement's own time");
        if (!options.IncrementalLocation.IsEmpty && options.IncrementalLocation.Count != statement.Uris.Count)
            throw Errors.LocalityCountsDiffer(ValueBinder.PlaceOf(options.SpanOf("incremental_location")));
        if (!options.IncrementalLocation.IsEmpty)
            notices.Add("option incremental_location is deprecated");

        await RequireRightsAsync(statement, scope, cancellationToken).ConfigureAwait(false);
        var (destination, subdirectory, incrementalFrom) =
            await DestinationAsync(statement, notices, cancellationToken).ConfigureAwait(false);
        return new BoundBackup
        {
            Engine = sources[0].Engine,
            Scope = scope,
            Elsewhere = sources.Skip(1)
                .SelectMany(source => source.Scope.AllDatabases().Select(name => (name, source.Engine)))
                .ToDictionary(pair => pair.name, pair => pair.Engine, StringComparer.Ordinal),
            Pause = pause,
            Destination = destination,
            Collection = await values.LocationAsync(statement.Uris, reading: false, cancellationToken)
                .ConfigureAwait(false),
            Subdirectory = subdirectory,
            IncrementalLocation = await values
                .LocationOrNullAsync(options.IncrementalLocation, reading: false, cancellationToken)
                .ConfigureAwait(false),
            IncrementalFrom = incrementalFrom,
            Keys = await new KeysBinder(context, values).BindAsync(
                options.EncryptionPassphrase, options.Kms, ValueBinder.PlaceOf(options.SpanOf("kms")),
                cancellationToken).ConfigureAwait(false),
            AsOf = catalogTime,
            RevisionHistory = revisionHistory,
            ExecutionLocality = values.TiersOrNull(options.ExecutionLocality),
            StrictStorageLocality = options.StrictStorageLocality,
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
        Refuse(
            options.IncludeAllVirtualClusters is not null, "include_all_virtual_clusters",
            "Leave it out: there are no virtual clusters here, and a cluster backup holds all databases.");
        Refuse(
            options.RevisionStream, "revision stream",
            "Use WITH revision_history and frequent incremental backups (CREATE SCHEDULE).");

        void Refuse(bool given, string option, string? hint = null)
        {
            if (given)
                throw Errors.OptionNotSupported(option, ValueBinder.PlaceOf(options.SpanOf(option)), hint);
        }
    }

    private void RequireHistory(
        BackupStatement statement, string engine, EngineCapabilities capabilities, AsOf? asOf, bool revisionHistory)
    {
        if (asOf is { IsFreshnessBound: false } && !capabilities.HasFlag(EngineCapabilities.TimeTravel))
            throw Errors.NoHistory(Describe(statement.Targets, engine), ValueBinder.PlaceOf(statement.AsOf!));
        if (asOf is not null && asOf.Time > context.NowTimestamp)
            throw Errors.TimeOutOfRange("the time lies in the future", ValueBinder.PlaceOf(statement.AsOf!));
        if (revisionHistory && !capabilities.HasFlag(EngineCapabilities.RevisionHistory))
        {
            throw Errors.NoHistory(
                Describe(statement.Targets, engine),
                ValueBinder.PlaceOf(statement.Options.SpanOf("revision_history")));
        }
    }

    private async ValueTask<BackupSource> SourceAsync(
        string engine, BackupTargets? targets, BackupSourceBinder binder, HlcTimestamp? time, bool paused,
        BackupStatement statement, CancellationToken cancellationToken)
    {
        var comparer = context.Engines[engine].Info.NameComparer;
        var catalog = await context.Engines[engine].OpenCatalogAsync(time, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var scope = await binder.ScopeAsync(targets, catalog, comparer, cancellationToken).ConfigureAwait(false);
        if (paused && context.PauseControllers.TryGetValue(engine, out var controller)
            && !controller.RestorePointOnly)
        {
            scope = await BackupSourceBinder.WithCoordinatorTablesAsync(
                scope, controller, catalog, comparer, ValueBinder.PlaceOf(statement.Options.SpanOf("pause")),
                cancellationToken).ConfigureAwait(false);
        }

        return new BackupSource(engine, scope);
    }

    /// <summary>A table of which the past is not known though its database keeps history; null for none.</summary>
    private async ValueTask<TableDescriptor?> LackingAsync(
        string engine, BackupScope scope, HlcTimestamp? time, CancellationToken cancellationToken)
    {
        if (context.Engines[engine] is not IDatabaseAbilities)
            return null;
        var catalog = await context.Engines[engine].OpenCatalogAsync(time, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        foreach (var database in scope.AllDatabases())
        {
            var objects = await catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
            var lacking = scope.Select(database, objects).OfType<TableDescriptor>()
                .FirstOrDefault(table => table is { KeepsNoHistory: true, ExcludeData: false });
            if (lacking is not null)
                return lacking;
        }

        return null;
    }

    private static BackupScope Union(IReadOnlyList<BackupSource> sources) => sources.Count == 1
        ? sources[0].Scope
        : new BackupScope
        {
            Databases = [.. sources.SelectMany(source => source.Scope.Databases).Order(StringComparer.Ordinal)],
            Objects = [.. sources.SelectMany(source => source.Scope.Objects)],
        };

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
            : throw Errors.InvalidOptionValue(
                "name", name, "a name without a slash", ValueBinder.PlaceOf(options.Name!));
    }

    private static string Describe(BackupTargets? targets, string engine) => targets switch
    {
        DatabaseTargets databases => string.Join(", ", databases.Databases.Select(d => d.Text)),
        _ => $"engine {engine}",
    };
}
