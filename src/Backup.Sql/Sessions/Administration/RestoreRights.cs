using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;

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
        if (bound is BoundRestore { Snapshot: not null } && plan is not null)
            await RequireExportAsync(rights, plan, cancellationToken).ConfigureAwait(false);
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

    /// <summary>RESTORE SNAPSHOT takes the privilege EXPORT on every table that it makes or overwrites.</summary>
    private static async ValueTask RequireExportAsync(
        Rights rights, ExecutionPlan plan, CancellationToken cancellationToken)
    {
        var tables = plan.Steps.OfType<CreateObjectsStep>().SelectMany(step => step.Objects)
            .Select(restored => restored.Target).OfType<TableDescriptor>();
        foreach (var table in tables)
        {
            await rights.RequireExportAsync(
                table.Database, $"{table.Database}.{table.Schema ?? NameResolver.DefaultSchema}.{table.Name}", default,
                cancellationToken).ConfigureAwait(false);
        }

        // A database that is written page by page: all of its tables.
        var databases = plan.Steps.OfType<IngestSpaceStep>().Select(step => step.Destination).OfType<PageSpace>();
        foreach (var database in databases.Select(space => space.Database))
        {
            if (!await rights.HasAsync(Privilege.Export, Securable.TablesOf(null), cancellationToken)
                .ConfigureAwait(false))
            {
                await rights.RequireAsync(
                    Privilege.Export, Securable.TablesOf(database), default, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
