using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Snapshots;

/// <summary>Carries out the statements about repositories and snapshots that are no jobs themselves.</summary>
internal sealed class SnapshotStatements(BackupHost host)
{
    private static readonly ResultColumn[] RepositoryColumns =
    [
        new("RepoId", ResultType.Int), new("RepoName", ResultType.String), new("CreateTime", ResultType.String),
        new("IsReadOnly", ResultType.String), new("Location", ResultType.String), new("Broker", ResultType.String),
        new("ErrMsg", ResultType.String),
    ];

    private readonly SnapshotJobs _jobs = new(host);

    public Task<StatementResult> RunAsync(
        Statement statement, BoundSnapshotStatement bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundCreateRepository create => CreateAsync(create, cancellationToken),
            BoundDropRepository drop => DropAsync(drop, cancellationToken),
            BoundShowRepositories => ShowRepositoriesAsync(cancellationToken),
            BoundShowSnapshotJobs show => ShowJobsAsync(
                show, ((ShowSnapshotJobsStatement)statement).Filter, cancellationToken),
            BoundCancelSnapshotJob cancel => CancelAsync(cancel, cancellationToken),
            BoundShowSnapshots show => new SnapshotReport(host).RunAsync(
                show, ((ShowSnapshotsStatement)statement).Filter, cancellationToken),
            BoundDropSnapshot drop => new SnapshotRemoval(host).RunAsync(drop, cancellationToken),
            _ => throw new InvalidOperationException(bound.GetType().Name),
        };

    private async Task<StatementResult> CreateAsync(BoundCreateRepository create, CancellationToken cancellationToken)
    {
        if (await _jobs.Repositories.FindAsync(create.Name, cancellationToken).ConfigureAwait(false) is not null)
            throw Errors.RepositoryExists(create.Name);
        await ProbeAsync(create.Location, cancellationToken).ConfigureAwait(false);
        await _jobs.Repositories.AddAsync(create, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty("CREATE REPOSITORY");
    }

    private async Task<StatementResult> DropAsync(BoundDropRepository drop, CancellationToken cancellationToken)
    {
        var repository = await _jobs.Repositories.GetAsync(drop.Name, cancellationToken).ConfigureAwait(false);
        var running = await _jobs.ListRunningAsync(cancellationToken).ConfigureAwait(false);
        if (running.FirstOrDefault(job => job.Repository == repository.Name) is { } user)
            throw Errors.RepositoryInUse(repository.Name, user.Job);
        await _jobs.Repositories.RemoveAsync(repository.Name, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty("DROP REPOSITORY");
    }

    private async Task<StatementResult> ShowRepositoriesAsync(CancellationToken cancellationToken)
    {
        var rows = new List<object?[]>();
        foreach (var repository in await _jobs.Repositories.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(
            [
                repository.Id, repository.Name, SnapshotJobReport.Show(repository.Created),
                repository.IsReadOnly ? "true" : "false", repository.ShownLocation, repository.Broker,
                await ProblemOfAsync(repository, cancellationToken).ConfigureAwait(false),
            ]);
        }

        return ResultSet.Of($"SHOW REPOSITORIES {rows.Count}", RepositoryColumns, rows);
    }

    private async Task<string?> ProblemOfAsync(RepositoryRecord repository, CancellationToken cancellationToken)
    {
        try
        {
            await ProbeAsync(repository.Location, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BackupSqlException error)
        {
            return $"{error.SqlState}: {error.Message}";
        }
    }

    private async Task ProbeAsync(string location, CancellationToken cancellationToken)
    {
        var opened = await host.Collections.OpenAsync(location, null, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        await opened.Collection.ProbeAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<StatementResult> ShowJobsAsync(
        BoundShowSnapshotJobs show, RowFilter filter, CancellationToken cancellationToken)
    {
        var rows = new List<object?[]>();
        if (await _jobs.FindAsync(show.Database, cancellationToken).ConfigureAwait(false) is { } last
            && last.IsRestore == show.IsRestore
            && await host.Jobs.FindAsync(last.Job, cancellationToken).ConfigureAwait(false) is not null)
            rows.Add(SnapshotJobReport.Row(
                await host.Jobs.GetAsync(last.Job, cancellationToken).ConfigureAwait(false)));
        return ShownRows.Filter(
            show.IsRestore ? "SHOW RESTORE" : "SHOW BACKUP",
            show.IsRestore ? SnapshotJobReport.RestoreColumns : SnapshotJobReport.BackupColumns,
            rows, filter, host.Options.TimeProvider.GetUtcNow());
    }

    private async Task<StatementResult> CancelAsync(
        BoundCancelSnapshotJob cancel, CancellationToken cancellationToken)
    {
        var kind = cancel.IsRestore ? "restore" : "backup";
        var running = await _jobs.ListRunningAsync(cancellationToken).ConfigureAwait(false);
        var job = running.FirstOrDefault(
            job => job.Database == cancel.Database && job.IsRestore == cancel.IsRestore)
            ?? throw Errors.NoSnapshotJob(kind, cancel.Database);
        await host.Jobs.CancelAsync(job.Job, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty($"CANCEL {kind.ToUpperInvariant()}");
    }
}
