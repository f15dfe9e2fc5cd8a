using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>RESTORE, SHOW BACKUPS and SHOW BACKUP.</content>
internal sealed partial class SyntaxBuilder
{
    private RestoreStatement Restore(StatementParser.RestoreContext context) =>
        new(TargetsOf(context.restoreTargets()), SourceOf(context))
        {
            Span = SpanOf(context),
            AsOf = AsOf(context.asOf()),
            Options = RestoreOptionsOf(context.withRestore()),
        };

    private RestoreSource SourceOf(StatementParser.RestoreContext context)
    {
        if (context.stringOrPlaceholder() is not { } backup)
        {
            var layers = ListOf<StatementParser.UrisContext, ValueList<StringOrPlaceholder>>(context, UrisOf);
            return new FromLocations(layers) { Span = layers[0][0].Span };
        }

        var uris = context.uris(0);
        return new FromCollection(StringOf(backup), UrisOf(uris)) { Span = Join(SpanOf(backup), SpanOf(uris)) };
    }

    private RestoreOptions RestoreOptionsOf(StatementParser.WithRestoreContext? context)
    {
        if (context is null)
            return RestoreOptions.None;
        var collector = new OptionCollector(source);
        var options = RestoreOptions.None;
        for (var i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is StatementParser.RestoreOptionContext option)
            {
                collector.Add(NameOf(option), SpanOf(option));
                options = option.ChildCount > 1 ? ApplyValue(options, option) : ApplyFlag(options, option);
            }
        }

        return options with { Span = SpanOf(context), Spans = collector.Spans };
    }

    // The option's name in the canonical text.
    private static string NameOf(StatementParser.RestoreOptionContext context) => First(context).Type switch
    {
        StatementParser.TENANT_NAME => "virtual_cluster_name",
        StatementParser.TENANT => "virtual_cluster",
        StatementParser.EXECUTION => "execution locality",
        StatementParser.EXPERIMENTAL when Has(context, StatementParser.DEFERRED) => "experimental deferred copy",
        StatementParser.EXPERIMENTAL => "experimental copy",
        var token => Vocabulary.OptionName(token),
    };

    private RestoreOptions ApplyValue(RestoreOptions options, StatementParser.RestoreOptionContext context) =>
        First(context).Type switch
        {
            StatementParser.KMS => options with { Kms = UrisOf(context.uris()) },
            StatementParser.INCREMENTAL_LOCATION => options with { IncrementalLocation = UrisOf(context.uris()) },
            StatementParser.ENCRYPTION_PASSPHRASE => options with { EncryptionPassphrase = OptionString(context) },
            StatementParser.INTO_DB => options with { IntoDatabase = OptionString(context) },
            StatementParser.NEW_DB_NAME => options with { NewDatabaseName = OptionString(context) },
            StatementParser.VIRTUAL_CLUSTER_NAME or StatementParser.TENANT_NAME =>
                options with { VirtualClusterName = OptionString(context) },
            StatementParser.VIRTUAL_CLUSTER or StatementParser.TENANT =>
                options with { VirtualCluster = OptionString(context) },
            StatementParser.EXECUTION => options with { ExecutionLocality = OptionString(context) },
            StatementParser.EXPERIMENTAL when Has(context, StatementParser.DEFERRED) =>
                options with { ExperimentalDeferredCopy = true },
            StatementParser.EXPERIMENTAL => options with { ExperimentalCopy = true },
            StatementParser.ENGINE => options with { Engine = OptionString(context) },
            _ => options with { IntoSchema = OptionString(context) },
        };

    private static RestoreOptions ApplyFlag(RestoreOptions options, StatementParser.RestoreOptionContext context) =>
        First(context).Type switch
        {
            StatementParser.SKIP_MISSING_FOREIGN_KEYS => options with { SkipMissingForeignKeys = true },
            StatementParser.SKIP_MISSING_SEQUENCE_OWNERS => options with { SkipMissingSequenceOwners = true },
            StatementParser.SKIP_MISSING_SEQUENCES => options with { SkipMissingSequences = true },
            StatementParser.SKIP_MISSING_VIEWS => options with { SkipMissingViews = true },
            StatementParser.SKIP_MISSING_UDFS => options with { SkipMissingFunctions = true },
            StatementParser.DETACHED => options with { Detached = true },
            StatementParser.SKIP_LOCALITIES_CHECK => options with { SkipLocalitiesCheck = true },
            StatementParser.SCHEMA_ONLY => options with { SchemaOnly = true },
            StatementParser.VERIFY_BACKUP_TABLE_DATA => options with { VerifyBackupTableData = true },
            StatementParser.UNSAFE_RESTORE_INCOMPATIBLE_VERSION =>
                options with { UnsafeRestoreIncompatibleVersion = true },
            StatementParser.REMOVE_REGIONS => options with { RemoveRegions = true, SkipLocalitiesCheck = true },
            _ => options with { Grants = true },
        };

    // ---- SHOW BACKUPS ----

    private ShowBackupsStatement ShowBackups(StatementParser.ShowBackupsContext context)
    {
        var filter = context.timeFilter();
        return new ShowBackupsStatement(UrisOf(context.uris()))
        {
            Span = SpanOf(context),
            NewerThan = filter?.newerThan() is { } newer ? ExpressionOf(newer.expression()) : null,
            OlderThan = filter?.olderThan() is { } older ? ExpressionOf(older.expression()) : null,
            Option = context.withShowBackups()?.showBackupsOption() is not { } option ? ShowBackupsOption.None
                : option.INDEX() is not null ? ShowBackupsOption.Index
                : ShowBackupsOption.RevisionStartTime,
        };
    }

    // ---- SHOW BACKUP ----

    private ShowBackupStatement ShowBackup(StatementParser.ShowBackupContext context)
    {
        var span = SpanOf(context);
        if (context.CONNECTION() is not null)
            throw Errors.ShowBackupConnection(source.Place(span));
        var hasFrom = context.FROM() is not null;
        if (hasFrom && context.uris() is null)
            throw Errors.ShowBackupWithoutIn(source.Place(span));

        var backup = context.stringConstant() is { } location ? StringOf(location) : OptionString(context);
        var uris = context.uris() is { } collection ? UrisOf(collection) : [];
        return new ShowBackupStatement(ViewOf(context), backup, uris)
        {
            Span = span,
            HasFrom = hasFrom,
            Options = ShowBackupOptionsOf(context.withShowBackup()),
        };
    }

    private static ShowBackupView ViewOf(StatementParser.ShowBackupContext context)
    {
        var type = context.backupView() is { } view ? First(view).Type : TypeAt(context, 2);
        return type switch
        {
            StatementParser.SCHEMAS => ShowBackupView.Schemas,
            StatementParser.FILES => ShowBackupView.Files,
            StatementParser.RANGES => ShowBackupView.Ranges,
            StatementParser.VALIDATE => ShowBackupView.Validate,
            _ => ShowBackupView.Default,
        };
    }

    private ShowBackupOptions ShowBackupOptionsOf(StatementParser.WithShowBackupContext? context)
    {
        if (context is null)
            return ShowBackupOptions.None;
        var collector = new OptionCollector(source);
        var options = ShowBackupOptions.None;
        for (var i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is StatementParser.ShowBackupOptionContext option)
            {
                collector.Add(NameOf(option), SpanOf(option));
                options = Apply(options, option);
            }
        }

        return options with { Span = SpanOf(context), Spans = collector.Spans };
    }

    private static string NameOf(StatementParser.ShowBackupOptionContext context) => First(context).Type switch
    {
        StatementParser.SKIP_ or StatementParser.NOWAIT => "skip size",
        var token => Vocabulary.OptionName(token),
    };

    private ShowBackupOptions Apply(ShowBackupOptions options, StatementParser.ShowBackupOptionContext context) =>
        First(context).Type switch
        {
            StatementParser.AS_JSON => options with { AsJson = true },
            StatementParser.CHECK_FILES => options with { CheckFiles = true },
            StatementParser.DEBUG_IDS => options with { DebugIds = true },
            StatementParser.ENCRYPTION_PASSPHRASE => options with { EncryptionPassphrase = OptionString(context) },
            StatementParser.INCREMENTAL_LOCATION => options with { IncrementalLocation = UrisOf(context.uris()) },
            StatementParser.PRIVILEGES => options with { Privileges = true },
            StatementParser.ENCRYPTION_INFO_DIR => options with { EncryptionInfoDirectory = OptionString(context) },
            StatementParser.KMS => options with { Kms = UrisOf(context.uris()) },
            StatementParser.SAMPLE => options with { Sample = OptionString(context) },
            _ => options with { SkipSize = true },
        };
}
