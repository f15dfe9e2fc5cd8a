using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Syntax;

/// <content>Schedules, jobs, rights, registry, policies and settings.</content>
internal sealed partial class StatementMaker
{
    private static readonly string[] _privileges =
        ["backup", "restore", "all", "select", "create", "grant", "externalconnection", "système", "usage"];

    private CreateScheduleStatement CreateSchedule()
    {
        var label = Maybe(String);
        return new CreateScheduleStatement(Maybe(() => Targets(isRestore: false)), List(String), String())
        {
            Label = label,
            IfNotExists = label is not null && Bool(),
            Options = BackupOptions(),
            FullBackup = Maybe(Cadence),
            ScheduleOptions = MaybeList(ScheduleOption),
        };
    }

    private FullBackupCadence Cadence() => new(Maybe(String));

    private ScheduleOption ScheduleOption() => new(Name(), Maybe(String));

    private AlterScheduleStatement AlterSchedule() => new(_random.NextInt64(), List(() => Pick<ScheduleChange>(
        () => new SetScheduleLabel(String()),
        () => new SetScheduleCollection(List(String)),
        () => new SetScheduleBackupOption(SingleOption()),
        () => new SetScheduleRecurrence(String()),
        () => new SetScheduleFullBackup(Cadence()),
        () => new SetScheduleOption(ScheduleOption()),
        () => new ExecuteScheduleNow(Bool()))));

    private ShowSchedulesStatement ShowSchedules() => new(Enum<ScheduleState>(), Enum<ScheduleType>());

    private ShowJobsStatement ShowJobs() => Pick(
        () => new ShowJobsStatement(null) { ExecutionDetails = Bool(), ResolvedTimestamp = Bool() },
        () => new ShowJobsStatement(new AutomaticJobs()),
        () => new ShowJobsStatement(new JobsOfSchedules(Query())),
        () => new ShowJobsStatement(new JobsByQuery(Query()))
        {
            WhenComplete = Bool(),
            ExecutionDetails = Bool(),
            ResolvedTimestamp = Bool(),
        });

    private ControlJobsStatement ControlJobs() => Pick(
        () => new ControlJobsStatement(JobControl.Pause, new JobsByQuery(Query())) { Reason = Maybe(String) },
        () => new ControlJobsStatement(Enum<JobControl>(), new JobsByQuery(Query())),
        () => new ControlJobsStatement(Enum<JobControl>(), new JobsOfSchedules(Query())),
        () => new ControlJobsStatement(Enum<JobControl>(), new JobsOfType(Name())));

    private CheckExternalConnectionStatement CheckConnection() => new(String(), new CheckConnectionOptions
    {
        Concurrently = Maybe(Expression),
        Transfer = Maybe(String),
        Time = Maybe(String),
    });

    private Name Privilege() => new(_privileges[_random.Next(_privileges.Length)]);

    private GrantObject GrantObject() => Pick<GrantObject>(
        () => new GrantOnDatabases(List(Name)),
        () => new GrantOnTables(List(() => TablePattern())),
        () => new GrantOnConnections(List(Name)));

    private ShowGrantsStatement ShowGrants()
    {
        var isSystem = Bool();
        return new ShowGrantsStatement(isSystem, isSystem ? null : Maybe(GrantObject), MaybeList(Name));
    }

    private ImportBackupStatement ImportBackup() => new(String(), String(), Name())
    {
        RegisteredName = Maybe(String),
        Labels = Maybe(Labels),
    };

    private CreatePolicyStatement CreatePolicy() => new(Name(), Selector(), List(String), String())
    {
        IfNotExists = Bool(),
        Retain = Bool() ? Rules(withLast: false) : [],
        Options = BackupOptions(),
    };

    private PolicySelector Selector() => Pick<PolicySelector>(
        () => new SelectDatabases(List(Name)),
        () => new SelectScope(String()),
        () => new SelectLabels(Labels()),
        () => new SelectAllDatabases());

    private PolicyChange PolicyChange() => Pick<PolicyChange>(
        () => new SuspendPolicy(),
        () => new ResumePolicy(),
        () => new SetPolicyRecurrence(String()),
        () => new SetPolicyRetention(Rules(withLast: false)),
        () => new SetPolicyLabels(Labels()));

    private ValueList<RetentionRule> Rules(bool withLast)
    {
        var cycles = System.Enum.GetValues<RetentionCycle>().Where(cycle => withLast || cycle != RetentionCycle.Last);
        var rules = cycles
            .Where(_ => Bool())
            .Select(cycle => new RetentionRule(cycle, _random.NextInt64()))
            .ToValueList();
        return rules.IsEmpty ? [new RetentionRule(RetentionCycle.Daily, 7)] : rules;
    }

    private ConfigureZoneStatement ConfigureZone()
    {
        var isDatabase = Bool();
        var variables = MaybeList(() => new ZoneVariable(ObjectName(1), Expression()));
        return new ConfigureZoneStatement(isDatabase, ObjectName(isDatabase ? 1 : 3), variables);
    }

    private ShowClusterSettingsStatement ShowClusterSettings()
    {
        var setting = Maybe(() => ObjectName(4));
        return new ShowClusterSettingsStatement(setting, setting is null && Bool());
    }

    // ---- Expressions and queries ----

    private Expression Expression() => Expression(leastPrecedence: 0);

    private Expression Expression(int leastPrecedence)
    {
        if (++_depth > 4)
        {
            _depth--;
            return Operand();
        }

        var (precedence, expression) = Operation();
        _depth--;
        return precedence < leastPrecedence ? new ParenthesizedExpression(expression) : expression;
    }

    private (int Precedence, Expression Expression) Operation() => _random.Next(9) switch
    {
        0 => (3, new UnaryExpression(UnaryOperator.Not, Expression(3))),
        1 => (7, new UnaryExpression(UnaryOperator.Minus, Expression(7))),
        2 => (4, new IsNullExpression(Expression(4), Bool())),
        3 => (4, Bool()
            ? new InExpression(Expression(4), List(Expression), null, Bool())
            : new InExpression(Expression(4), [], PlainQuery(), Bool())),
        4 => (8, new CastExpression(Expression(8), TypeName())),
        5 or 6 => Binary(),
        _ => (9, Operand()),
    };

    private (int Precedence, Expression Expression) Binary()
    {
        var @operator = Enum<BinaryOperator>();
        var precedence = @operator switch
        {
            BinaryOperator.Or => 1,
            BinaryOperator.And => 2,
            BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Concatenate => 5,
            BinaryOperator.Multiply or BinaryOperator.Divide => 6,
            _ => 4,
        };
        return (precedence, new BinaryExpression(@operator, Expression(precedence), Expression(precedence + 1)));
    }

    private Expression Operand() => Pick<Expression>(
        String,
        () => new NumberLiteral(Pick(() => "12", () => "1.5", () => ".5", () => "1e9", () => "0")),
        () => new BooleanLiteral(Bool()),
        () => new NullLiteral(),
        () => new DefaultLiteral(),
        () => new TypedLiteral(Enum<LiteralType>(), Literal().Value),
        () => new NameExpression(ObjectName(3)),
        () => _depth > 4 ? new ArrayExpression([]) : new ArrayExpression(List(Expression)),
        () => new FunctionCall(ObjectName(2), [], Bool()),
        () => _depth > 4 ? new NullLiteral() : new FunctionCall(ObjectName(2), List(Expression), false),
        () => _depth > 4 ? new NullLiteral() : new ParenthesizedExpression(Expression()),
        () => _depth > 3 ? new NullLiteral() : new SubqueryExpression(PlainQuery()));

    private TypeName TypeName()
    {
        var precision = Bool() ? _random.NextInt64() : (long?)null;
        return new TypeName(Name(), precision, precision is not null && Bool() ? 2 : null, Bool());
    }

    private Query Query() => _random.Next(4) == 0 && _depth < 4 ? new ParenthesizedQuery(Query()) : PlainQuery();

    private Query PlainQuery()
    {
        if (++_depth > 4)
        {
            _depth--;
            ValueList<Expression> row = [Operand()];
            return new ValuesQuery([row]);
        }

        Query query = Bool() ? new ValuesQuery(List(() => List(Expression))) : Select();
        _depth--;
        return query;
    }

    private SelectQuery Select()
    {
        var query = new SelectQuery(List(SelectItem)) { With = Maybe(() => new CommonTable(Name(), Rows())) };
        if (Bool())
            return query;
        return query with
        {
            From = Bool()
                ? new QuerySource(ObjectName(3), null, Maybe(Name))
                : new QuerySource(null, Rows(), Maybe(Name)),
            Where = Maybe(Expression),
            OrderBy = MaybeList(() => new OrderTerm(Expression(), Enum<SortDirection>())),
            Limit = Maybe(Expression),
        };
    }

    private SelectItem SelectItem()
    {
        var expression = Maybe(Expression);
        return new SelectItem(expression, expression is null ? null : Maybe(Name));
    }

    private Query Rows() => _depth > 3 ? PlainQuery() : Pick<Query>(
        Query,
        () => new StatementQuery(ShowJobs()),
        () => new StatementQuery(ShowSchedules()),
        () => new StatementQuery(ShowBackups()),
        () => new StatementQuery(ShowBackup()));
}
