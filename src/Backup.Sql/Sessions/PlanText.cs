using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Planning;
using Backup.Sql.Planning.Steps;
using Backup.Sql.Rows;
using Backup.Sql.Sessions.Administration;

namespace Backup.Sql.Sessions;

/// <summary>
/// Prints a plan for people: a line per step with what it works on, what it waits for, and how much that is.
/// </summary>
internal static class PlanText
{
    public static IReadOnlyList<ResultColumn> Columns { get; } = [new("info", ResultType.String)];

    public static IEnumerable<IReadOnlyList<object?>> Rows(
        string statement, string effect, ExecutionPlan? plan)
    {
        yield return [statement];
        if (plan is null)
        {
            yield return [effect];
            yield break;
        }

        if (plan.Consistency is not null)
            yield return [plan.Consistency];
        foreach (var line in Lines(plan))
            yield return [line];
        yield return [string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Steps.Count} steps, about {plan.EstimatedRows} rows and {SizeText.Format(plan.EstimatedBytes)} to read; nothing was run")];
    }

    /// <summary>The steps alone, a line for each.</summary>
    public static IEnumerable<string> Lines(ExecutionPlan plan)
    {
        var width = plan.Steps.Max(step => Verb(step).Length);
        foreach (var step in plan.Steps)
        {
            var after = step.After.Count == 0 ? "" : "  after " + string.Join(", ", step.After);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Id,4}  {Verb(step).PadRight(width)}  {Object(step)}{Amount(step)}{after}");
        }
    }

    private static string Verb(PlanStep step) => step switch
    {
        ProtectStep => "hold history",
        PauseStep => "pause writers",
        ResumeStep => "resume writers",
        OpenSnapshotStep { RestorePointOnly: true } => "note restore point",
        OpenSnapshotStep => "open snapshot",
        BeginLayerStep { Parent: null, ParentLocations.Count: 0 } => "begin full layer",
        BeginLayerStep => "begin incremental layer",
        ReserveLabelStep => "reserve label",
        ExportSpaceStep { Mode: ExportMode.ChangedPages } => "export changed pages",
        ExportSpaceStep { Mode: ExportMode.Changes } => "export changes",
        ExportSpaceStep { Mode: ExportMode.IfChanged } => "export if changed",
        ExportSpaceStep { Space: PageSpace } => "export pages",
        ExportSpaceStep => "export rows",
        WriteManifestStep => "write manifest",
        PublishLatestStep => "point LATEST",
        ReleaseStep { HandTo: not null } => "hand history on",
        ReleaseStep => "release history",
        OpenChainStep => "open chain",
        CheckDestinationStep => "compare what is there",
        BeginRestoreStep => "begin restore",
        CreateObjectsStep => "create objects",
        MaterialiseStep => "put together aside",
        IngestSpaceStep { Destination: null } => "read and verify",
        IngestSpaceStep { Source: PageSpace } => "write pages",
        IngestSpaceStep => "load rows",
        CompleteRestoreStep => "build indexes, check",
        RestoreSystemStep => "restore system",
        PublishRestoreStep => "publish",
        _ => step.GetType().Name,
    };

    private static string Object(PlanStep step) => step switch
    {
        BeginLayerStep { Keys: { } keys } => Place(step) + ", " + Sealing(keys),
        OpenChainStep { Keys: { } keys } => Place(step) + ", " + Sealing(keys),
        _ => Place(step),
    };

    private static string Sealing(BackupKeys keys) => keys.MasterKeys.Count switch
    {
        0 => "encrypted with a passphrase",
        1 => "encrypted with a key of a key service",
        var count => $"encrypted with any of {count} keys of key services",
    };

    private static string Place(PlanStep step) => step switch
    {
        ProtectStep protect => $"engine {protect.Engine}",
        PauseStep pause => $"of {string.Join(", ", pause.Engines)}, for {Seconds(pause.Hold)} at least, "
            + $"after {Seconds(pause.Wait)} of draining at most",
        ResumeStep => "the middle of the pause is the restore time",
        OpenSnapshotStep { RestorePointOnly: true } open =>
            $"of {string.Join(", ", open.Databases)}: engine {open.Engine} recovers points in time by itself",
        OpenSnapshotStep open =>
            string.Join(", ", open.Databases) + (open.AsOf is { } time ? $" as of {time}" : " as of now"),
        BeginLayerStep { AtLocation: true } => "at the location itself",
        BeginLayerStep { Parent: { } parent } => parent.Length == 0 ? "below the location" : $"on top of {parent}",
        BeginLayerStep { Subdirectory: { } sub } => $"in {sub}",
        BeginLayerStep => "in a sub-directory named by its time",
        ReserveLabelStep reserve => reserve.Label,
        ExportSpaceStep export => export.Name,
        WriteManifestStep => "commits the backup",
        OpenChainStep chain =>
            $"{chain.Layers.Count} layers, at {chain.At.ToDateTimeOffset():yyyy-MM-dd HH:mm:ss.ffffff}",
        BeginRestoreStep begin => $"engine {begin.Engine}"
            + (begin.NewDatabases.Count > 0 ? ", new: " + string.Join(", ", begin.NewDatabases) : ""),
        CheckDestinationStep check => $"{check.Objects.Count} objects that are overwritten or used as they are",
        CreateObjectsStep create => Made(create),
        MaterialiseStep materialise => materialise.Space.Database,
        IngestSpaceStep ingest => ingest.Name,
        RestoreSystemStep system => string.Join(", ", system.Kinds.Select(SystemKinds.TableOf)) + " that are missing",
        CompleteRestoreStep complete => $"engine {complete.Engine}: indexes, constraints, views, triggers",
        PublishRestoreStep { Engines.Count: > 1 } publish =>
            $"makes everything visible, in {string.Join(", then ", publish.Engines)}",
        PublishRestoreStep => "makes everything visible at once",
        _ => "",
    };

    private static string Made(CreateObjectsStep step)
    {
        var replaced = step.Objects.Count(o => o.ReplacesRows);
        var made = $"{step.Objects.Count(o => !o.Exists)} objects";
        return replaced == 0 ? made : $"{made}; the rows of {replaced} tables are replaced on publication";
    }

    private static string Amount(PlanStep step) => step switch
    {
        { EstimatedRows: 0, EstimatedBytes: 0 } => "",
        MaterialiseStep => $"  {SizeText.Format(step.EstimatedBytes)} of scratch space",
        _ => string.Create(CultureInfo.InvariantCulture, $"  {step.EstimatedRows} rows, {SizeText.Format(step.EstimatedBytes)}"),
    };

    private static string Seconds(TimeSpan span) =>
        span.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";
}
