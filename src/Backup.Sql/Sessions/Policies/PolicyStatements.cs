using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Schedules;
using Backup.Sql.State;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Policies;

/// <summary>Carries out the statements about backup policies.</summary>
internal sealed class PolicyStatements(BackupHost host, string user)
{
    private static readonly ResultColumn[] Columns =
    [
        new("name", ResultType.String), new("selector", ResultType.String), new("recurrence", ResultType.String),
        new("retain", ResultType.String), new("suspended", ResultType.Bool),
        new("last_schedule", ResultType.TimestampTz), new("next_run", ResultType.TimestampTz),
        new("missed", ResultType.Int),
    ];

    private static readonly ResultColumn[] MissedColumns =
    [
        new("missed_time", ResultType.TimestampTz), new("database", ResultType.String),
        new("reason", ResultType.String), new("message", ResultType.String),
    ];

    public Task<StatementResult> RunAsync(BoundPolicyStatement statement, CancellationToken cancellationToken) =>
        statement switch
        {
            BoundCreatePolicy create => CreateAsync(create, cancellationToken),
            BoundAlterPolicy alter => AlterAsync(alter, cancellationToken),
            BoundDropPolicy drop => DropAsync(drop, cancellationToken),
            BoundShowPolicies show => ShowAsync(show, cancellationToken),
            _ => ShowMissedAsync((BoundShowMissed)statement, cancellationToken),
        };

    private async Task<StatementResult> CreateAsync(BoundCreatePolicy create, CancellationToken cancellationToken)
    {
        var policy = new PolicyRecord
        {
            Name = create.Name,
            Owner = user,
            Selection = create.Selection,
            Items = create.Items,
            SelectorText = create.SelectorText,
            Backup = SqlFormatter.Format(create.Backup, FormatMode.Exposed),
            Recurrence = create.Recurrence.Text,
            Retain = [.. create.Retain.Select(rule => new PolicyRule(rule.Cycle, rule.Count))],
            Labels = create.Labels,
            NextRun = create.Recurrence.Next(host.Jobs.Now),
        };
        if (await host.Policies.TryAddAsync(policy, cancellationToken).ConfigureAwait(false))
            return ResultSet.Empty("CREATE BACKUP POLICY", create.Notices);
        return create.IfNotExists
            ? ResultSet.Empty("CREATE BACKUP POLICY", [$"policy {create.Name} exists already: nothing was changed"])
            : throw Errors.PolicyExists(create.Name, create.Place);
    }

    private async Task<StatementResult> AlterAsync(BoundAlterPolicy alter, CancellationToken cancellationToken)
    {
        await host.Policies.GetAsync(alter.Name, alter.Place, cancellationToken).ConfigureAwait(false);
        await host.Policies.UpdateAsync(alter.Name, policy => Change(policy, alter), cancellationToken)
            .ConfigureAwait(false);
        return ResultSet.Empty("ALTER BACKUP POLICY");
    }

    private PolicyRecord Change(PolicyRecord policy, BoundAlterPolicy alter)
    {
        if (alter.Labels is { } labels)
            return policy with { Labels = labels };
        var recurrence = alter.Recurrence ?? CronExpression.TryParse(policy.Recurrence)!;
        if (alter.Retain is { } retain)
        {
            PolicyBinder.RequireCadence(retain, recurrence, alter.ChangePlace);
            return policy with { Retain = [.. retain.Select(rule => new PolicyRule(rule.Cycle, rule.Count))] };
        }

        // While it was suspended nothing was due, so it goes on from now.
        if (alter.Suspended is { } suspended)
            return policy with { Suspended = suspended, NextRun = recurrence.Next(host.Jobs.Now) };
        PolicyBinder.RequireCadence(
            policy.Retain.Select(rule => new RetentionRule(rule.Cycle, rule.Count)), recurrence, alter.ChangePlace);
        return policy with { Recurrence = recurrence.Text, NextRun = recurrence.Next(host.Jobs.Now) };
    }

    private async Task<StatementResult> DropAsync(BoundDropPolicy drop, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var policy = await host.Policies.GetAsync(drop.Name, drop.Place, cancellationToken)
                    .ConfigureAwait(false);
                if (await host.Policies.TryRemoveAsync(policy, cancellationToken).ConfigureAwait(false))
                    return ResultSet.Empty("DROP BACKUP POLICY");
            }
            catch (BackupSqlException error) when (drop.IfExists && error.SqlState == SqlStates.UndefinedObject)
            {
                return ResultSet.Empty("DROP BACKUP POLICY", [$"there is no policy {drop.Name}: nothing was dropped"]);
            }
        }
    }

    private async Task<StatementResult> ShowAsync(BoundShowPolicies show, CancellationToken cancellationToken)
    {
        var policies = show.Name is { } name
            ? [await host.Policies.GetAsync(name, show.Place, cancellationToken).ConfigureAwait(false)]
            : await host.Policies.ListAsync(cancellationToken).ConfigureAwait(false);
        return ResultSet.Of($"SHOW BACKUP POLICIES {policies.Count}", Columns, policies.Select(Row));
    }

    private async Task<StatementResult> ShowMissedAsync(BoundShowMissed show, CancellationToken cancellationToken)
    {
        var policy = await host.Policies.GetAsync(show.Name, show.Place, cancellationToken).ConfigureAwait(false);
        return ResultSet.Of(
            $"SHOW MISSED BACKUPS {policy.Value.Missed.Count}", MissedColumns,
            policy.Value.Missed.Select(missed => new object?[]
                { missed.Time, missed.Database, missed.Reason, missed.Message }));
    }

    private static object?[] Row(Stored<PolicyRecord> entry)
    {
        var policy = entry.Value;
        return
        [
            policy.Name, policy.SelectorText, policy.Recurrence,
            string.Join(", ", policy.Retain.Select(rule => string.Create(
                CultureInfo.InvariantCulture, $"{rule.Cycle.ToString().ToUpperInvariant()} = {rule.Count}"))),
            policy.Suspended, policy.LastSchedule, policy.Suspended ? null : policy.NextRun, policy.MissedCount,
        ];
    }
}
