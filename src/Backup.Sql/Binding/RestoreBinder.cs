using Backup.Sql.Access;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds RESTORE. Names of what is restored are looked up in the backup, by planning.</summary>
internal sealed class RestoreBinder(BindingContext context, ValueBinder values)
{
    public async ValueTask<BoundRestore> BindAsync(RestoreStatement statement, CancellationToken cancellationToken)
    {
        var options = statement.Options;
        RefuseUnsupported(options);
        RefuseContradictions(statement, options);
        var engine = await EngineAsync(options, cancellationToken).ConfigureAwait(false);
        var info = context.Engines[engine].Info;
        var catalog = await context.Engines[engine].OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var names = new NameResolver(catalog, info.NameComparer, context.CurrentDatabase);
        var notices = new List<string>();
        var source = await SourceAsync(statement, options, notices, cancellationToken).ConfigureAwait(false);
        var bound = source with
        {
            Engine = engine,
            EngineGiven = options.Engine is not null || options.IntoDatabase is not null,
            CurrentDatabase = context.CurrentDatabase,
            WithIds = context.UseBackupsWithIds,
            IntoSchema = values.TextOrNull(options.IntoSchema),
            NewDatabaseName = values.TextOrNull(options.NewDatabaseName),
            AsOf = statement.AsOf is null ? null : new AsOfBinder(context, values).Bind(statement.AsOf).Time,
            Skip = Skip(options),
            SkipLocalities = options.SkipLocalitiesCheck,
            RemoveRegions = options.RemoveRegions,
            ExecutionLocality = values.TiersOrNull(options.ExecutionLocality),
            SchemaOnly = options.SchemaOnly,
            VerifyOnly = options.VerifyBackupTableData,
            Grants = options.Grants,
            AnyVersion = options.UnsafeRestoreIncompatibleVersion,
            Detached = options.Detached,
            Notices = notices,
        };
        if (options.IntoDatabase is not null)
        {
            var into = await names.ResolveDatabaseAsync(
                values.Text(options.IntoDatabase), ValueBinder.PlaceOf(options.IntoDatabase), cancellationToken)
                    .ConfigureAwait(false);
            bound = bound with { IntoDatabase = into };
        }

        if (bound.IntoSchema is not null && !info.Capabilities.HasFlag(EngineCapabilities.Schemas)
            && (bound.IntoDatabase is not null
                || !info.NameComparer.Equals(bound.IntoSchema, NameResolver.DefaultSchema)))
        {
            throw Errors.OptionOnlyFor(
                "into_schema", "an engine that has schemas", ValueBinder.PlaceOf(options.SpanOf("into_schema")));
        }

        bound = Targets(statement.Targets, bound);
        await RequireRightsAsync(statement, bound, cancellationToken).ConfigureAwait(false);
        return bound;
    }

    private async ValueTask RequireRightsAsync(
        RestoreStatement statement, BoundRestore bound, CancellationToken cancellationToken)
    {
        var place = ValueBinder.PlaceOf(statement.Targets ?? (SyntaxNode)statement);
        // Which databases tables go into may be known only when the backup is read: then it is asked.
        if (bound.Kind != RestoreTargetKind.Tables)
        {
            await context.Rights.RequireAsync(Privilege.Restore, Securable.System, place, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static void RefuseUnsupported(RestoreOptions options)
    {
        const string noVirtualClusters = "Leave it out: there are no virtual clusters here.";
        const string noCopy = "Leave it out: all rows are loaded before anything is published. WITH detached returns "
            + "at once.";
        Refuse(options.VirtualCluster is not null, "virtual_cluster", noVirtualClusters);
        Refuse(options.VirtualClusterName is not null, "virtual_cluster_name", noVirtualClusters);
        Refuse(options.ExperimentalCopy, "experimental copy", noCopy);
        Refuse(options.ExperimentalDeferredCopy, "experimental deferred copy", noCopy);

        void Refuse(bool given, string option, string? hint = null)
        {
            if (given)
                throw Errors.OptionNotSupported(option, ValueBinder.PlaceOf(options.SpanOf(option)), hint);
        }
    }

    private static void RefuseContradictions(RestoreStatement statement, RestoreOptions options)
    {
        TextPlace At(string option) => ValueBinder.PlaceOf(options.SpanOf(option));
        if (options.VerifyBackupTableData && !options.SchemaOnly)
            throw Errors.OptionNeeds("verify_backup_table_data", "schema_only", At("verify_backup_table_data"));
        if (options.IntoDatabase is not null && statement.Targets is not TableTargets)
            throw Errors.OptionOnlyFor("into_db", "RESTORE TABLE", At("into_db"));
        if (options.IntoSchema is not null && statement.Targets is not TableTargets)
            throw Errors.OptionOnlyFor("into_schema", "RESTORE TABLE", At("into_schema"));
        if (options.NewDatabaseName is not null && statement.Targets is not DatabaseTargets { Databases.Count: 1 })
            throw Errors.OptionOnlyFor("new_db_name", "RESTORE DATABASE of one database", At("new_db_name"));
        if (options.Grants && statement.Targets is not (DatabaseTargets or TableTargets))
            throw Errors.OptionOnlyFor("grants", "RESTORE DATABASE or RESTORE TABLE", At("grants"));
        if (options.RemoveRegions && statement.Targets is not (DatabaseTargets or TableTargets))
            throw Errors.OptionOnlyFor("remove_regions", "RESTORE DATABASE or RESTORE TABLE", At("remove_regions"));
        if (options.SchemaOnly && statement.Targets is SystemUsersTarget)
            throw Errors.OptionOnlyFor("schema_only", "databases and tables", At("schema_only"));
        if (options.Engine is not null && statement.Targets is not DatabaseTargets)
            throw Errors.OptionOnlyFor("engine", "RESTORE DATABASE", At("engine"));
    }

    /// <summary>The engine that the statement names, or the one that holds the database restored into.</summary>
    private async ValueTask<string> EngineAsync(RestoreOptions options, CancellationToken cancellationToken)
    {
        if (options.Engine is null)
        {
            var holder = options.IntoDatabase is null || context.Engines.Count == 1
                ? null
                : await new BackupSourceBinder(context)
                    .FindHolderAsync(values.Text(options.IntoDatabase), cancellationToken).ConfigureAwait(false);
            return holder ?? context.DefaultEngine;
        }

        var name = values.Text(options.Engine);
        return context.Engines.ContainsKey(name)
            ? name
            : throw Errors.EngineNotFound(name, context.Engines.Keys, ValueBinder.PlaceOf(options.Engine));
    }

    private async ValueTask<BoundRestore> SourceAsync(
        RestoreStatement statement, RestoreOptions options, List<string> notices, CancellationToken cancellationToken)
    {
        var bound = new BoundRestore
        {
            Engine = "",
            Kind = RestoreTargetKind.Cluster,
            Collection = "",
            IncrementalLocation = await values
                .LocationOrNullAsync(options.IncrementalLocation, reading: true, cancellationToken)
                .ConfigureAwait(false),
            Keys = await new KeysBinder(context, values).BindAsync(
                options.EncryptionPassphrase, options.Kms, ValueBinder.PlaceOf(options.SpanOf("kms")),
                cancellationToken).ConfigureAwait(false),
            MaskedText = SqlFormatter.Format(statement),
            Description = SqlFormatter.Format(statement, FormatMode.Described),
        };
        if (statement.Source is FromCollection from)
        {
            var backup = values.Text(from.Backup).Trim('/');
            return bound with
            {
                Collection = await values.LocationAsync(from.Uris, reading: true, cancellationToken)
                    .ConfigureAwait(false),
                Subdirectory = backup.Equals("latest", StringComparison.OrdinalIgnoreCase) ? null : backup,
            };
        }

        notices.Add("the form RESTORE … FROM <location> is deprecated: RESTORE … FROM <sub-directory> IN <collection>");
        var locations = new List<string>();
        foreach (var layer in ((FromLocations)statement.Source).Layers)
            locations.Add(await values.LocationAsync(layer, reading: true, cancellationToken).ConfigureAwait(false));
        return bound with { Collection = locations[0], Subdirectory = "", Locations = locations[1..] };
    }

    private static BoundRestore Targets(BackupTargets? targets, BoundRestore bound)
    {
        switch (targets)
        {
            case null:
                return bound with { Kind = RestoreTargetKind.Cluster };
            case DatabaseTargets databases:
                return bound with
                {
                    Kind = RestoreTargetKind.Databases,
                    Databases = [.. databases.Databases.Select(d => d.Text).Distinct(StringComparer.Ordinal)],
                };
            case TableTargets tables:
                return bound with { Kind = RestoreTargetKind.Tables, Tables = Tables(tables) };
            case SystemUsersTarget:
                return bound with { Kind = RestoreTargetKind.SystemUsers };
            default:
                throw Errors.NotOffered(
                    "VIRTUAL CLUSTER", "Name databases, or leave the target out to restore all of them.",
                    ValueBinder.PlaceOf(targets));
        }
    }

    private static List<RestoreTable> Tables(TableTargets tables)
    {
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        var bound = new List<RestoreTable>();
        foreach (var pattern in tables.Tables)
        {
            if (pattern is { IsWildcard: true, Alias: not null })
                throw Errors.WildcardRenamed(ValueBinder.PlaceOf(pattern.Alias));
            if (pattern.Alias is not null && !aliases.Add(pattern.Alias.Text))
                throw Errors.DuplicateName(pattern.Alias.Text, ValueBinder.PlaceOf(pattern.Alias));
            bound.Add(new RestoreTable(
                [.. pattern.Parts.Select(p => p.Text)], pattern.IsWildcard, pattern.Alias?.Text, pattern.Span.Line,
                pattern.Span.Column));
        }

        return bound;
    }

    private static SkipMissing Skip(RestoreOptions options) =>
        (options.SkipMissingForeignKeys ? SkipMissing.ForeignKeys : 0)
        | (options.SkipMissingSequences ? SkipMissing.Sequences : 0)
        | (options.SkipMissingSequenceOwners ? SkipMissing.SequenceOwners : 0)
        | (options.SkipMissingViews ? SkipMissing.Views : 0)
        | (options.SkipMissingFunctions ? SkipMissing.Functions : 0);
}
