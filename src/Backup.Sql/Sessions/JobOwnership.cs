using System.Globalization;
using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Execution.Jobs;

namespace Backup.Sql.Sessions;

/// <summary>ALTER JOB … OWNER TO: whoever may control a job may give it away.</summary>
internal sealed class JobOwnership(JobRegistry jobs, Rights rights)
{
    public async Task<StatementResult> RunAsync(BoundAlterJobOwner alter, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(alter.Id, cancellationToken).ConfigureAwait(false);
        var what = "job " + alter.Id.ToString(CultureInfo.InvariantCulture);
        await rights.RequireOwnerOrAsync(job.User, what, Privilege.ControlJob, alter.Place, cancellationToken)
            .ConfigureAwait(false);
        await jobs.ChangeUserAsync(alter.Id, alter.Owner, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty("ALTER JOB");
    }
}
