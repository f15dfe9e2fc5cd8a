using Antlr4.Runtime;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>Registry, policies, expiry and settings.</content>
internal sealed partial class SyntaxBuilder
{
    private Statement BuildOwnStatement(ParserRuleContext context) => context switch
    {
        StatementParser.ShowRegisteredBackupsContext c => ShowRegisteredBackups(c),
        StatementParser.ShowRegisteredBackupContext c =>
            new ShowRegisteredBackupStatement(OptionString(c)) { Span = SpanOf(c) },
        StatementParser.ImportBackupContext c => ImportBackup(c),
        StatementParser.DropRegisteredBackupsContext c =>
            new DropRegisteredBackupsStatement(StringsOf(c), c.IF() is not null) { Span = SpanOf(c) },
        StatementParser.AlterRegisteredBackupContext c =>
            new AlterRegisteredBackupStatement(OptionString(c), LabelsOf(c.stringOrPlaceholder(1)))
            {
                Span = SpanOf(c),
            },
        StatementParser.CreatePolicyContext c => CreatePolicy(c),
        StatementParser.AlterPolicyContext c =>
            new AlterPolicyStatement(NameOf(c.name()), PolicyChangeOf(c.policyChange())) { Span = SpanOf(c) },
        StatementParser.DropPolicyContext c =>
            new DropPolicyStatement(NameOf(c.name()), c.IF() is not null) { Span = SpanOf(c) },
        StatementParser.ShowPoliciesContext c => new ShowPoliciesStatement(OptionalName(c.name())) { Span = SpanOf(c) },
        StatementParser.ShowMissedBackupsContext c =>
            new ShowMissedBackupsStatement(NameOf(c.name())) { Span = SpanOf(c) },
        StatementParser.DropBackupContext c => DropBackup(c),
        StatementParser.DropBackupsContext c => DropBackups(c),
        StatementParser.ConfigureZoneContext c => ConfigureZone(c),
        StatementParser.ExcludeTableDataContext c => ExcludeTableData(c),
        StatementParser.SetClusterSettingContext c => SetClusterSetting(c),
        StatementParser.ResetClusterSettingContext c =>
            new ResetClusterSettingStatement(ObjectNameOf(c.dottedName())) { Span = SpanOf(c) },
        StatementParser.ShowClusterSettingsContext c => ShowClusterSettings(c),
        _ => throw new InvalidOperationException($"no builder for {context.GetType().Name}"),
    };

    private Name? OptionalName(StatementParser.NameContext? context) => context is null ? null : NameOf(context);

    // ---- Registry ----

    private ShowRegisteredBackupsStatement ShowRegisteredBackups(
        StatementParser.ShowRegisteredBackupsContext context) =>
        new(
            OptionalName(context.name()),
            context.stringOrPlaceholder() is { } labels ? LabelsOf(labels) : null)
        {
            Span = SpanOf(context),
        };

    private ImportBackupStatement ImportBackup(StatementParser.ImportBackupContext context)
    {
        var hasName = context.AS() is not null;
        var hasLabels = context.WITH() is not null;
        return new ImportBackupStatement(
            StringOf(context.stringConstant(0)), StringOf(context.stringConstant(1)), NameOf(context.name()))
        {
            Span = SpanOf(context),
            RegisteredName = hasName ? StringOf(context.stringOrPlaceholder(0)) : null,
            Labels = hasLabels ? LabelsOf(context.stringOrPlaceholder(hasName ? 1 : 0)) : null,
        };
    }

    // ---- Policies ----

    private CreatePolicyStatement CreatePolicy(StatementParser.CreatePolicyContext context) =>
        new(
            NameOf(context.name()),
            SelectorOf(context.policySelector()),
            UrisOf(context.uris()),
            StringOf(context.stringConstant()))
        {
            Span = SpanOf(context),
            IfNotExists = context.IF() is not null,
            Retain = context.retain() is { } retain ? RulesOf(retain) : [],
            Options = WithoutLoneFalse(BackupOptionsOf(context.withBackup())),
        };

    private PolicySelector SelectorOf(StatementParser.PolicySelectorContext context)
    {
        var span = SpanOf(context);
        return TypeAt(context, 0) switch
        {
            StatementParser.DATABASE => new SelectDatabases(NamesOf(context)) { Span = span },
            StatementParser.SCOPE => new SelectScope(StringOf(context.stringConstant())) { Span = span },
            StatementParser.LABELS => new SelectLabels(Sorted(StringOf(context.stringConstant()))) { Span = span },
            _ => new SelectAllDatabases { Span = span },
        };
    }

    private PolicyChange PolicyChangeOf(StatementParser.PolicyChangeContext context)
    {
        var span = SpanOf(context);
        if (context.retain() is { } retain)
            return new SetPolicyRetention(RulesOf(retain)) { Span = span };
        if (context.stringOrPlaceholder() is { } labels)
            return new SetPolicyLabels(LabelsOf(labels)) { Span = span };
        if (context.stringConstant() is { } recurrence)
            return new SetPolicyRecurrence(StringOf(recurrence)) { Span = span };
        return context.SUSPEND() is not null ? new SuspendPolicy { Span = span } : new ResumePolicy { Span = span };
    }

    private ValueList<RetentionRule> RulesOf(StatementParser.RetainContext context) =>
        InOrder(ListOf<StatementParser.RetentionRuleContext, RetentionRule>(context, RuleOf));

    private RetentionRule RuleOf(StatementParser.RetentionRuleContext context) => RuleOf((ParserRuleContext)context);

    private RetentionRule RuleOf(StatementParser.KeepRuleContext context) =>
        RuleOf(context.retentionRule() ?? (ParserRuleContext)context);

    private RetentionRule RuleOf(ParserRuleContext context) =>
        new(CycleOf(First(context).Type), IntegerOf(TokenAt(context, 2))) { Span = SpanOf(context) };

    // Rules come in the order of their cycles, each cycle once.
    private ValueList<RetentionRule> InOrder(ValueList<RetentionRule> rules)
    {
        var seen = new HashSet<RetentionCycle>();
        foreach (var rule in rules)
        {
            if (!seen.Add(rule.Cycle))
                throw Errors.DuplicateCycle(source.Place(rule.Span), rule.Cycle.ToString().ToUpperInvariant());
        }

        return rules.OrderBy(rule => rule.Cycle).ToValueList();
    }

    private static RetentionCycle CycleOf(int tokenType) => tokenType switch
    {
        StatementParser.LAST => RetentionCycle.Last,
        StatementParser.HOURLY => RetentionCycle.Hourly,
        StatementParser.DAILY => RetentionCycle.Daily,
        StatementParser.WEEKLY => RetentionCycle.Weekly,
        StatementParser.MONTHLY => RetentionCycle.Monthly,
        _ => RetentionCycle.Yearly,
    };

    // ---- Expiry ----

    private DropBackupStatement DropBackup(StatementParser.DropBackupContext context) =>
        new(
            context.stringConstant() is { } backup ? StringOf(backup) : null,
            UrisOf(context.uris()),
            context.IF() is not null)
        {
            Span = SpanOf(context),
        };

    private DropBackupsStatement DropBackups(StatementParser.DropBackupsContext context)
    {
        ExpiryRule rule = context.olderThan() is { } older
            ? new OlderThan(ExpressionOf(older.expression())) { Span = SpanOf(older) }
            : new KeepByRotation(InOrder(ListOf<StatementParser.KeepRuleContext, RetentionRule>(context, RuleOf)))
            {
                Span = Join(SpanOf(context.keepRule(0)), SpanOf(context)),
            };
        return new DropBackupsStatement(UrisOf(context.uris()), rule) { Span = SpanOf(context) };
    }

    // ---- Settings ----

    private ConfigureZoneStatement ConfigureZone(StatementParser.ConfigureZoneContext context)
    {
        var isDatabase = context.DATABASE() is not null;
        var target = isDatabase ? SingleName(context.name()) : ObjectNameOf(context.tableName());
        return new ConfigureZoneStatement(
            isDatabase, target, ListOf<StatementParser.ZoneVariableContext, ZoneVariable>(context, ZoneVariableOf))
        {
            Span = SpanOf(context),
        };
    }

    private ObjectName SingleName(StatementParser.NameContext context)
    {
        ValueList<Name> parts = [NameOf(context)];
        return new ObjectName(parts) { Span = SpanOf(context) };
    }

    private ZoneVariable ZoneVariableOf(StatementParser.ZoneVariableContext context)
    {
        var parts = NamesOf(context);
        var name = new ObjectName(parts) { Span = Join(parts[0].Span, parts[^1].Span) };
        return new ZoneVariable(name, ExpressionOf(context.expression())) { Span = SpanOf(context) };
    }

    private ExcludeTableDataStatement ExcludeTableData(StatementParser.ExcludeTableDataContext context) =>
        new(
            ObjectNameOf(context.tableName()),
            context.expression() is { } value ? ExpressionOf(value) : null)
        {
            Span = SpanOf(context),
        };

    // ON is a reserved word, and yet a value here: it reads as a name, like any other bare word.
    private SetClusterSettingStatement SetClusterSetting(StatementParser.SetClusterSettingContext context)
    {
        var value = context.expression() is { } expression ? ExpressionOf(expression) : OnAsName(context);
        return new SetClusterSettingStatement(ObjectNameOf(context.dottedName()), value) { Span = SpanOf(context) };
    }

    private NameExpression OnAsName(StatementParser.SetClusterSettingContext context)
    {
        var name = NameOf(TokenAt(context, context.ChildCount - 1));
        ValueList<Name> parts = [name];
        return new NameExpression(new ObjectName(parts) { Span = name.Span }) { Span = name.Span };
    }

    private ShowClusterSettingsStatement ShowClusterSettings(StatementParser.ShowClusterSettingsContext context) =>
        new(context.dottedName() is { } setting ? ObjectNameOf(setting) : null, context.ALL() is not null)
        {
            Span = SpanOf(context),
        };
}
