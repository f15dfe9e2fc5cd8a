using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>BACKUP, ALTER BACKUP and what names their targets.</content>
internal sealed partial class SyntaxBuilder
{
    private BackupStatement Backup(StatementParser.BackupContext context)
    {
        var uris = Find<StatementParser.UrisContext>(context)!;
        return new BackupStatement(
            TargetsOf(Find<StatementParser.TargetsContext>(context)), DestinationOf(context, uris), UrisOf(uris))
        {
            Span = SpanOf(context),
            AsOf = AsOf(Find<StatementParser.AsOfContext>(context)),
            Options = WithoutLoneFalse(BackupOptionsOf(Find<StatementParser.WithBackupContext>(context))),
        };
    }

    private BackupDestination DestinationOf(StatementParser.BackupContext context, StatementParser.UrisContext uris)
    {
        if (Has(context, StatementParser.TO))
        {
            return Find<StatementParser.IncrementalFromContext>(context) is { } from
                ? new ToLocation(StringsOf(from)) { Span = SpanOf(from) }
                : new ToLocation([]) { Span = SpanOf(uris) };
        }

        if (Find<StatementParser.DestinationContext>(context) is not { } destination)
            return new IntoCollection { Span = SpanOf(uris) };
        return Find<StatementParser.StringConstantContext>(destination) is { } subdirectory
            ? new IntoSubdirectory(StringOf(subdirectory)) { Span = SpanOf(destination) }
            : new IntoLatest { Span = SpanOf(destination) };
    }

    private ValueList<StringOrPlaceholder> StringsOf(ParserRuleContext context) =>
        ListOf<StatementParser.StringOrPlaceholderContext, StringOrPlaceholder>(context, StringOf);

    private Expression? AsOf(StatementParser.AsOfContext? context) =>
        context is null ? null : ExpressionOf(context.expression());

    // ---- Targets ----

    private BackupTargets? TargetsOf(ParserRuleContext? context)
    {
        if (context is null)
            return null;
        var span = SpanOf(context);
        return TypeAt(context, 0) switch
        {
            StatementParser.DATABASE => new DatabaseTargets(NamesOf(context)) { Span = span },
            StatementParser.SYSTEM => new SystemUsersTarget { Span = span },
            StatementParser.TENANT => VirtualCluster(TokenAt(context, 1), span),
            StatementParser.VIRTUAL => VirtualCluster(TokenAt(context, 2), span),
            _ when context is StatementParser.RestoreTargetsContext => new TableTargets(
                ListOf<StatementParser.AliasedTableContext, TablePattern>(context, AliasedTable)) { Span = span },
            _ => new TableTargets(TablePatternsOf(context)) { Span = span },
        };
    }

    private ValueList<Name> NamesOf(ParserRuleContext context) =>
        ListOf<StatementParser.NameContext, Name>(context, NameOf);

    private ValueList<TablePattern> TablePatternsOf(ParserRuleContext context) =>
        ListOf<StatementParser.TablePatternContext, TablePattern>(context, TablePatternOf);

    private TablePattern TablePatternOf(StatementParser.TablePatternContext context) =>
        new(Parts(context), TypeAt(context, context.ChildCount - 1) == StatementParser.STAR, Alias: null)
        {
            Span = SpanOf(context),
        };

    private TablePattern AliasedTable(StatementParser.AliasedTableContext context)
    {
        var table = TablePatternOf(context.tablePattern());
        return context.name() is { } alias ? table with { Alias = NameOf(alias), Span = SpanOf(context) } : table;
    }

    private VirtualClusterTarget VirtualCluster(SqlToken token, SourceSpan span)
    {
        var id = IntegerOf(token);
        if (id == 0)
            throw Errors.VirtualClusterZero(source.Place(token));
        return new VirtualClusterTarget(id) { Span = span };
    }

    // ---- Options ----

    private BackupOptions BackupOptionsOf(StatementParser.WithBackupContext? context)
    {
        if (context is null)
            return BackupOptions.None;
        var collector = new OptionCollector(source);
        var options = BackupOptions.None;
        foreach (var child in Children(context))
        {
            if (child is StatementParser.BackupOptionContext option)
                options = Apply(options, option, collector);
        }

        return options with { Span = SpanOf(context), Spans = collector.Spans };
    }

    // A lone "detached = FALSE" says nothing, and the canonical text leaves it out.
    private static BackupOptions WithoutLoneFalse(BackupOptions options) =>
        options.Detached == false && options with { Detached = null } == BackupOptions.None
            ? BackupOptions.None
            : options;

    private BackupOptions Apply(
        BackupOptions options, StatementParser.BackupOptionContext context, OptionCollector collector)
    {
        var span = SpanOf(context);
        switch (First(context).Type)
        {
            case StatementParser.REVISION_HISTORY:
                collector.Add("revision_history", span);
                return options with { RevisionHistory = ValueOrTrue(context) };
            case StatementParser.ENCRYPTION_PASSPHRASE:
                collector.Add("encryption_passphrase", span);
                return options with { EncryptionPassphrase = OptionString(context) };
            case StatementParser.DETACHED:
                collector.Add("detached", span);
                return options with { Detached = !Has(context, StatementParser.FALSE) };
            case StatementParser.KMS:
                collector.Add("kms", span);
                return options with { Kms = UrisOf(context.uris()) };
            case StatementParser.INCREMENTAL_LOCATION:
                collector.Add("incremental_location", span);
                return options with { IncrementalLocation = UrisOf(context.uris()) };
            case StatementParser.EXECUTION:
                collector.Add("execution locality", span);
                return options with { ExecutionLocality = OptionString(context) };
            case StatementParser.INCLUDE_ALL_VIRTUAL_CLUSTERS or StatementParser.INCLUDE_ALL_SECONDARY_TENANTS:
                collector.Add("include_all_virtual_clusters", span);
                return options with { IncludeAllVirtualClusters = ValueOrTrue(context) };
            case StatementParser.UPDATES_CLUSTER_MONITORING_METRICS:
                collector.Add("updates_cluster_monitoring_metrics", span);
                return options with { UpdatesClusterMonitoringMetrics = ValueOrTrue(context) };
            case StatementParser.STRICT:
                collector.Add("strict storage locality", span);
                return options with { StrictStorageLocality = true };
            case StatementParser.REVISION:
                collector.Add("revision stream", span);
                return options with { RevisionStream = true };
            default:
                return ApplyOwn(options, context, collector, span);
        }
    }

    private BackupOptions ApplyOwn(
        BackupOptions options, StatementParser.BackupOptionContext context, OptionCollector collector, SourceSpan span)
    {
        switch (First(context).Type)
        {
            case StatementParser.PAUSE:
                collector.Add("pause", span);
                return options with { Pause = ValueOrTrue(context) };
            case StatementParser.PAUSE_WAIT:
                collector.Add("pause_wait", span);
                return options with { PauseWait = OptionString(context) };
            case StatementParser.NAME:
                collector.Add("name", span);
                return options with { Name = OptionString(context) };
            case StatementParser.LABELS:
                collector.Add("labels", span);
                return options with { Labels = LabelsOf(context.stringOrPlaceholder()) };
            case StatementParser.COMPRESSION:
                collector.Add("compression", span);
                return options with { Compression = OptionString(context) };
            default:
                collector.Add("compression_level", span);
                return options with { CompressionLevel = ExpressionOf(context.expression()) };
        }
    }

    private Expression ValueOrTrue(StatementParser.BackupOptionContext context) => context.expression() is { } value
        ? ExpressionOf(value)
        : new BooleanLiteral(true) { Span = SpanOf(context) };

    private StringOrPlaceholder OptionString(ParserRuleContext context) =>
        StringOf(Find<StatementParser.StringOrPlaceholderContext>(context)!);

    private StringOrPlaceholder LabelsOf(StatementParser.StringOrPlaceholderContext context) =>
        Sorted(StringOf(context));

    private static StringOrPlaceholder Sorted(StringOrPlaceholder labels) =>
        labels is StringLiteral literal ? literal with { Value = LabelText.Sort(literal.Value) } : labels;

    // ---- ALTER BACKUP ----

    private AlterBackupStatement AlterBackup(StatementParser.AlterBackupContext context) =>
        new(
            OptionString(context),
            context.stringOrPlaceholder(1) is { } collection ? StringOf(collection) : null,
            ListOf<StatementParser.KeyChangeContext, KeyChange>(context, KeyChangeOf))
        {
            Span = SpanOf(context),
        };

    private KeyChange KeyChangeOf(StatementParser.KeyChangeContext context)
    {
        var span = SpanOf(context);
        return TypeAt(context, 1) switch
        {
            StatementParser.NEW_KMS => new AddKms(UrisOf(context.uris(0)), UrisOf(context.uris(1))) { Span = span },
            StatementParser.PASSPHRASE => new DropPassphrase(OptionString(context)) { Span = span },
            _ => new AddPassphrase(
                StringOf(context.stringOrPlaceholder(0)), StringOf(context.stringOrPlaceholder(1))) { Span = span },
        };
    }
}
