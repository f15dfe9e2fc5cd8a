using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the statements about backup policies.</summary>
internal sealed class PolicyBinder(BindingContext context, ValueBinder values)
{
    private readonly LabelBinder _labels = new(values);

    public async ValueTask<BoundCreatePolicy> BindAsync(
        CreatePolicyStatement statement, CancellationToken cancellationToken)
    {
        var recurrence = Recurrence(statement.Recurrence);
        var retain = ExpiryBinder.Checked(statement.Retain);
        RequireCadence(retain, recurrence, statement.Retain.IsEmpty ? statement.Span : statement.Retain[0].Span);
        var targets = statement.Selector is SelectDatabases named ? new DatabaseTargets(named.Databases) : null;
        var backup = new BackupStatement(targets, new IntoCollection(), statement.Uris)
        {
            Options = statement.Options with { Detached = true },
            Span = statement.Span,
        };
        var dryRun = await DryRunAsync(backup, cancellationToken).ConfigureAwait(false);
        var (selection, items, text) = Selector(statement.Selector, dryRun);
        return new BoundCreatePolicy(statement.Policy.Text, selection, items)
        {
            IfNotExists = statement.IfNotExists,
            SelectorText = text,
            Backup = new BackupSealing(context.Vault, values).Seal(
                backup with { Targets = null, Options = backup.Options with { Labels = null } }),
            Recurrence = recurrence,
            Retain = retain,
            Labels = dryRun.Labels,
            Place = ValueBinder.PlaceOf(statement.Policy),
            Notices = dryRun.Notices,
        };
    }

    public async ValueTask<BoundAlterPolicy> BindAsync(
        AlterPolicyStatement statement, CancellationToken cancellationToken)
    {
        await RequireRightAsync(statement, cancellationToken).ConfigureAwait(false);
        var bound = new BoundAlterPolicy(statement.Policy.Text, ValueBinder.PlaceOf(statement.Policy))
        {
            ChangePlace = ValueBinder.PlaceOf(statement.Change),
        };
        return statement.Change switch
        {
            SuspendPolicy => bound with { Suspended = true },
            ResumePolicy => bound with { Suspended = false },
            SetPolicyRecurrence change => bound with { Recurrence = Recurrence(change.Recurrence) },
            SetPolicyRetention change => bound with { Retain = ExpiryBinder.Checked(change.Rules) },
            SetPolicyLabels change => bound with { Labels = _labels.Bind(change.Labels) },
            _ => throw new InvalidOperationException(statement.Change.GetType().Name),
        };
    }

    public async ValueTask<BoundDropPolicy> BindAsync(
        DropPolicyStatement statement, CancellationToken cancellationToken)
    {
        await RequireRightAsync(statement, cancellationToken).ConfigureAwait(false);
        return new BoundDropPolicy(
            statement.Policy.Text, statement.IfExists, ValueBinder.PlaceOf(statement.Policy));
    }

    public static BoundShowPolicies Bind(ShowPoliciesStatement statement) =>
        new(statement.Policy?.Text, statement.Policy is { } policy ? ValueBinder.PlaceOf(policy) : default);

    public static BoundShowMissed Bind(ShowMissedBackupsStatement statement) =>
        new(statement.Policy.Text, ValueBinder.PlaceOf(statement.Policy));

    /// <summary>Refuses cycles that are finer than the cadence: their periods would stay empty.</summary>
    public static void RequireCadence(
        IEnumerable<RetentionRule> rules, CronExpression recurrence, TextPlace place)
    {
        foreach (var rule in rules)
        {
            if (recurrence.AverageInterval > LongestOf(rule.Cycle))
                throw Errors.CycleFinerThanCadence(rule.Cycle.ToString().ToUpperInvariant(), recurrence.Text, place);
        }
    }

    private static void RequireCadence(IEnumerable<RetentionRule> rules, CronExpression recurrence, SourceSpan span) =>
        RequireCadence(rules, recurrence, ValueBinder.PlaceOf(span));

    private static TimeSpan LongestOf(RetentionCycle cycle) => cycle switch
    {
        RetentionCycle.Hourly => TimeSpan.FromHours(1),
        RetentionCycle.Daily => TimeSpan.FromDays(1),
        RetentionCycle.Weekly => TimeSpan.FromDays(7),
        RetentionCycle.Monthly => TimeSpan.FromDays(31),
        _ => TimeSpan.FromDays(366),
    };

    private (PolicySelection Selection, IReadOnlyList<string> Items, string Text) Selector(
        PolicySelector selector, BoundBackup dryRun)
    {
        switch (selector)
        {
            case SelectDatabases:
                var names = dryRun.Scope.Databases;
                return (PolicySelection.Databases, names, "DATABASE " + string.Join(", ", names));
            case SelectScope scope:
                var text = values.Text(scope.Scope).Trim('/');
                return text.Length > 0 && text.Split('/') is { Length: <= 2 } parts && !parts.Contains("")
                    ? (PolicySelection.Scope, [text], $"SCOPE '{text}'")
                    : throw Errors.InvalidOptionValue(
                        "SCOPE", text, "'organization' or 'organization/project'", ValueBinder.PlaceOf(scope));
            case SelectLabels labels:
                var filter = _labels.BindFilter(labels.Labels);
                return (PolicySelection.Labels, filter, $"LABELS '{string.Join(',', filter)}'");
            default:
                return (PolicySelection.All, [], "ALL DATABASES");
        }
    }

    private async ValueTask<BoundBackup> DryRunAsync(BackupStatement backup, CancellationToken cancellationToken)
    {
        try
        {
            return await new BackupBinder(context, values).BindAsync(backup, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            throw Errors.PolicyBackupWouldFail(error, ValueBinder.PlaceOf(backup));
        }
    }

    private CronExpression Recurrence(StringOrPlaceholder node)
    {
        var text = values.Text(node);
        return CronExpression.TryParse(text) ?? throw Errors.NotARecurrence(text, ValueBinder.PlaceOf(node));
    }

    private ValueTask RequireRightAsync(Statement statement, CancellationToken cancellationToken) =>
        context.Rights.RequireAsync(
            Privilege.Backup, Securable.System, ValueBinder.PlaceOf(statement), cancellationToken);
}
