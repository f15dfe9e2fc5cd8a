using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Schedules;
using Backup.Sql.Sessions.Registry;
using Backup.Sql.State;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Policies;

/// <summary>
/// Runs the policies that are due. A run is claimed by changing the policy's record, so that of several processes one
/// takes it. What was due while nobody ran policies is missed, but for its last time, which is made up for.
/// </summary>
internal sealed class PolicyRunner(BackupHost host)
{
    private const int MostMissedAtOnce = 200;

    /// <summary>What was backed up in this pass: for each database the times.</summary>
    private readonly HashSet<(string Database, DateTimeOffset Time)> _done = [];

    /// <summary>Runs what is due and waits for it.</summary>
    /// <returns>When the next policy is due; null if none ever is.</returns>
    public async Task<DateTimeOffset?> RunAsync(CancellationToken cancellationToken)
    {
        var now = host.Jobs.Now;
        var due = (await host.Policies.ListAsync(cancellationToken).ConfigureAwait(false))
            .Where(policy => !policy.Value.Suspended && policy.Value.NextRun <= now)
            .OrderBy(policy => policy.Value.NextRun).ThenBy(policy => policy.Key, StringComparer.Ordinal).ToList();
        foreach (var policy in due)
            await RunAsync(policy, now, cancellationToken).ConfigureAwait(false);
        var left = await host.Policies.ListAsync(cancellationToken).ConfigureAwait(false);
        return left.Where(policy => !policy.Value.Suspended).Min(policy => (DateTimeOffset?)policy.Value.NextRun);
    }

    private async Task RunAsync(Stored<PolicyRecord> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var policy = due.Value;
        var recurrence = CronExpression.TryParse(policy.Recurrence)!;
        var time = recurrence.Last(policy.NextRun, now);
        var databases = await new PolicySelector(host).SelectAsync(policy, cancellationToken).ConfigureAwait(false);
        var claimed = policy.Miss([.. Before(policy.NextRun, time, recurrence)
            .SelectMany(missed => databases.Select(database => new MissedBackup(
                missed, database.Name, "OperatorDown", "no host was running policies")))]) with
        {
            LastSchedule = time,
            NextRun = recurrence.Next(now),
        };
        if (!await host.Policies.TryReplaceAsync(due, claimed, cancellationToken).ConfigureAwait(false))
            return; // Another process was faster, or somebody is changing it: the next pass will see.
        foreach (var database in databases)
        {
            if (await RunAsync(policy, database, time, cancellationToken).ConfigureAwait(false) is { } missed)
            {
                await host.Policies.UpdateAsync(policy.Name, seen => seen.Miss([missed]), cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        foreach (var database in databases)
            await new PolicyRotation(host).RunAsync(claimed, database.Name, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<DateTimeOffset> Before(
        DateTimeOffset first, DateTimeOffset last, CronExpression recurrence)
    {
        var times = 0;
        for (var time = first; time < last && times < MostMissedAtOnce; time = recurrence.Next(time), times++)
            yield return time;
    }

    /// <summary>Backs one database up.</summary>
    /// <returns>Why that was not even tried; null if it was.</returns>
    private async Task<MissedBackup?> RunAsync(
        PolicyRecord policy, SelectedDatabase database, DateTimeOffset time, CancellationToken cancellationToken)
    {
        if (!database.Exists)
            return new MissedBackup(time, database.Name, "DatabaseDisabled", $"there is no database {database.Name}");
        if (!_done.Add((database.Name, time)))
            return new MissedBackup(
                time, database.Name, "BackupInProgress", "another policy was due at the same time");
        var all = await host.Registry.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(backup => backup.Value is { State: BackupState.Pending, Plugin: null }
            && backup.Value.Databases.Contains(database.Name, StringComparer.Ordinal)) is { } running)
            return new MissedBackup(
                time, database.Name, "BackupInProgress", $"backup {running.Key} was being made");
        try
        {
            await BackUpAsync(policy, database.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            // No job came of it; so that it is seen, the registry has it all the same.
            await host.Registry.AddAsync(
                new RegisteredBackup
                {
                    Name = "",
                    Databases = [database.Name],
                    State = BackupState.Failed,
                    Policy = policy.Name,
                    Labels = policy.Labels,
                    Created = host.Jobs.Now,
                    Finished = host.Jobs.Now,
                    Error = $"{error.SqlState}: {error.Message}",
                },
                cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private async Task BackUpAsync(PolicyRecord policy, string database, CancellationToken cancellationToken)
    {
        ValueList<Name> names = [new Name(database)];
        var stored = (BackupStatement)BackupSqlParser.ParseStatement(policy.Backup);
        var statement = BackupSealing.Open(stored, host.Options.SecretVault) with
        {
            Targets = new DatabaseTargets(names),
        };
        var session = host.OpenSession(new SessionOptions { User = policy.Owner });
        var bound = (BoundBackup)await new StatementBinder(session.Context([]))
            .BindAsync(statement, cancellationToken).ConfigureAwait(false);
        bound = bound with { Policy = policy.Name, Labels = policy.Labels };
        var plan = await host.Worker.PlanAsync(bound, estimate: false, cancellationToken).ConfigureAwait(false);
        var request = JsonSerializer.Serialize(bound, BoundJsonContext.Default.BoundStatement);
        var job = await host.Jobs.CreateAsync(
            "BACKUP", bound.Description, bound.MaskedText, request, policy.Owner, cancellationToken)
                .ConfigureAwait(false);
        var run = await host.Jobs.StartAsync(job, host.Worker.Work(plan), null, CancellationToken.None)
            .ConfigureAwait(false);
        await run.End.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
