using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>Schedules and jobs.</content>
internal sealed partial class SyntaxBuilder
{
    private CreateScheduleStatement CreateSchedule(StatementParser.CreateScheduleContext context) =>
        new(TargetsOf(context.targets()), UrisOf(context.uris()), StringOf(context.stringConstant()))
        {
            Span = SpanOf(context),
            IfNotExists = context.IF() is not null,
            Label = context.stringOrPlaceholder() is { } label ? StringOf(label) : null,
            Options = WithoutLoneFalse(BackupOptionsOf(context.withBackup())),
            FullBackup = context.fullBackupCadence() is { } cadence ? CadenceOf(cadence) : null,
            ScheduleOptions = context.withScheduleOptions() is { } options
                ? ListOf<StatementParser.ScheduleOptionContext, ScheduleOption>(options, ScheduleOptionOf)
                : [],
        };

    private FullBackupCadence CadenceOf(StatementParser.FullBackupCadenceContext context) =>
        new(context.stringConstant() is { } recurrence ? StringOf(recurrence) : null) { Span = SpanOf(context) };

    private ScheduleOption ScheduleOptionOf(StatementParser.ScheduleOptionContext context)
    {
        var token = First(context);
        var key = token.Type == StatementParser.STRING
            ? new Name(StringText(token)) { Span = SpanOf(token) }
            : NameOf(token);
        return new ScheduleOption(key, context.stringOrPlaceholder() is { } value ? StringOf(value) : null)
        {
            Span = SpanOf(context),
        };
    }

    private AlterScheduleStatement AlterSchedule(StatementParser.AlterScheduleContext context) =>
        new(
            IntegerOf(TokenAt(context, 3)),
            ListOf<StatementParser.ScheduleChangeContext, ScheduleChange>(context, ScheduleChangeOf))
        {
            Span = SpanOf(context),
        };

    private ScheduleChange ScheduleChangeOf(StatementParser.ScheduleChangeContext context)
    {
        var span = SpanOf(context);
        if (context.EXECUTE() is not null)
            return new ExecuteScheduleNow(context.FULL() is not null) { Span = span };
        if (context.fullBackupCadence() is { } cadence)
            return new SetScheduleFullBackup(CadenceOf(cadence)) { Span = span };
        return TypeAt(context, 1) switch
        {
            StatementParser.LABEL => new SetScheduleLabel(OptionString(context)) { Span = span },
            StatementParser.INTO => new SetScheduleCollection(UrisOf(context.uris())) { Span = span },
            StatementParser.WITH => new SetScheduleBackupOption(SingleOption(context.backupOption())) { Span = span },
            StatementParser.RECURRING => new SetScheduleRecurrence(StringOf(context.stringConstant())) { Span = span },
            _ => new SetScheduleOption(ScheduleOptionOf(context.scheduleOption())) { Span = span },
        };
    }

    private BackupOptions SingleOption(StatementParser.BackupOptionContext context)
    {
        var collector = new OptionCollector(source);
        return Apply(BackupOptions.None, context, collector) with { Span = SpanOf(context), Spans = collector.Spans };
    }

    private static ShowSchedulesStatement ShowSchedules(StatementParser.ShowSchedulesContext context)
    {
        var state = TypeAt(context, 1) switch
        {
            StatementParser.RUNNING => ScheduleState.Running,
            StatementParser.PAUSED => ScheduleState.Paused,
            _ => ScheduleState.Any,
        };
        var type = context.BACKUP() is not null ? ScheduleType.Backup
            : context.SQL() is not null ? ScheduleType.SqlStatistics
            : context.CHANGEFEED() is not null ? ScheduleType.Changefeed
            : ScheduleType.Any;
        return new ShowSchedulesStatement(state, type) { Span = SpanOf(context) };
    }

    private ShowScheduleStatement ShowSchedule(StatementParser.ShowScheduleContext context) =>
        new(ExpressionOf(context.expression())) { Span = SpanOf(context) };

    private ShowCreateScheduleStatement ShowCreateSchedule(StatementParser.ShowCreateScheduleContext context) =>
        new(context.expression() is { } schedule ? ExpressionOf(schedule) : null) { Span = SpanOf(context) };

    private ControlSchedulesStatement ControlSchedules(StatementParser.ControlSchedulesContext context)
    {
        var control = TypeAt(context, 0) switch
        {
            StatementParser.PAUSE => ScheduleControl.Pause,
            StatementParser.RESUME => ScheduleControl.Resume,
            StatementParser.DROP => ScheduleControl.Drop,
            _ => ScheduleControl.Execute,
        };
        return new ControlSchedulesStatement(control, QueryOrValue(context.query(), context.expression()))
        {
            Span = SpanOf(context),
        };
    }

    private Query QueryOrValue(StatementParser.QueryContext? query, StatementParser.ExpressionContext value) =>
        query is null ? ValueOf(value) : QueryOf(query);

    // ---- Jobs ----

    private ShowJobsStatement ShowJobs(StatementParser.ShowJobsContext context)
    {
        var options = context.withJobOptions();
        var collector = new OptionCollector(source);
        for (var i = 1; options is not null && i < options.ChildCount; i++)
        {
            if (options.GetChild(i) is StatementParser.JobOptionContext option)
                collector.Add(IsExecutionDetails(option) ? "execution details" : "resolved timestamp", SpanOf(option));
        }

        return new ShowJobsStatement(SelectionOf(context))
        {
            Span = SpanOf(context),
            WhenComplete = context.WHEN() is not null,
            ExecutionDetails = collector.Contains("execution details"),
            ResolvedTimestamp = collector.Contains("resolved timestamp"),
        };
    }

    private static bool IsExecutionDetails(StatementParser.JobOptionContext context) => context.EXECUTION() is not null;

    private JobSelection? SelectionOf(StatementParser.ShowJobsContext context)
    {
        if (context.AUTOMATIC() is not null)
            return new AutomaticJobs { Span = SpanOf(context) };
        if (context.ofSchedules() is { } schedules)
            return OfSchedules(schedules);
        return context.query() is null && context.expression() is null
            ? null
            : ByQuery(QueryOrValue(context.query(), context.expression()));
    }

    private static JobsByQuery ByQuery(Query query) => new(query) { Span = query.Span };

    private JobsOfSchedules OfSchedules(StatementParser.OfSchedulesContext context) =>
        new(QueryOrValue(context.query(), context.expression())) { Span = SpanOf(context) };

    private ControlJobsStatement ControlJobs(StatementParser.ControlJobsContext context)
    {
        var control = TypeAt(context, 0) switch
        {
            StatementParser.PAUSE => JobControl.Pause,
            StatementParser.RESUME => JobControl.Resume,
            _ => JobControl.Cancel,
        };
        JobSelection selection = context.name() is { } type
            ? new JobsOfType(NameOf(type)) { Span = SpanOf(type) }
            : context.ofSchedules() is { } schedules
                ? OfSchedules(schedules)
                : ByQuery(QueryOrValue(context.query(), context.expression()));
        return new ControlJobsStatement(control, selection)
        {
            Span = SpanOf(context),
            Reason = context.stringOrPlaceholder() is { } reason ? StringOf(reason) : null,
        };
    }

    private AlterJobOwnerStatement AlterJobOwner(StatementParser.AlterJobOwnerContext context) =>
        new(ExpressionOf(context.expression()), NameOf(First(context.role()))) { Span = SpanOf(context) };
}
