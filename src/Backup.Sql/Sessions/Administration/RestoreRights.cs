using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;

namespace Backup.Sql.Sessions.Administration;

/// <summary>
/// RESTORE TABLE takes the privilege RESTORE on every database that it makes tables in. Which these are is known when
/// the backup has been read, and no job exists yet.
/// </summary>
internal static class RestoreRights
{
    public static async ValueTask RequireAsync(
        Rights rights, BoundStatement bound, ExecutionPlan? plan, CancellationToken cancellationToken)
    {
        if (bound is not BoundRestore { Kind: RestoreTargetKind.Tables } restore || plan is null)
            return;
        var place = new TextPlace(restore.Tables[0].Line, restore.Tables[0].Column, 1);
        var databases = plan.Steps.OfType<CreateObjectsStep>().SelectMany(step => step.Objects)
            .Select(restored => restored.Target.Database).Distinct(StringComparer.Ordinal);
        foreach (var database in databases)
        {
            await rights.RequireAsync(Privilege.Restore, Securable.Database(database), place, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
