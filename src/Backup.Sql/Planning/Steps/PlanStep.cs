using System.Text.Json.Serialization;

namespace Backup.Sql.Planning.Steps;

/// <summary>One step of a plan.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(ProtectStep), "protect")]
[JsonDerivedType(typeof(PauseStep), "pause")]
[JsonDerivedType(typeof(ResumeStep), "resume")]
[JsonDerivedType(typeof(OpenSnapshotStep), "open-snapshot")]
[JsonDerivedType(typeof(BeginLayerStep), "begin-layer")]
[JsonDerivedType(typeof(ReserveLabelStep), "reserve-label")]
[JsonDerivedType(typeof(ExportSpaceStep), "export")]
[JsonDerivedType(typeof(WriteManifestStep), "write-manifest")]
[JsonDerivedType(typeof(PublishLatestStep), "publish-latest")]
[JsonDerivedType(typeof(ReleaseStep), "release")]
[JsonDerivedType(typeof(OpenChainStep), "open-chain")]
[JsonDerivedType(typeof(CheckDestinationStep), "check-destination")]
[JsonDerivedType(typeof(BeginRestoreStep), "begin-restore")]
[JsonDerivedType(typeof(CreateObjectsStep), "create-objects")]
[JsonDerivedType(typeof(MaterialiseStep), "materialise")]
[JsonDerivedType(typeof(IngestSpaceStep), "ingest")]
[JsonDerivedType(typeof(CompleteRestoreStep), "complete")]
[JsonDerivedType(typeof(RestoreSystemStep), "restore-system")]
[JsonDerivedType(typeof(PublishRestoreStep), "publish")]
internal abstract record PlanStep
{
    private protected PlanStep()
    {
    }

    /// <summary>Names the step inside its plan, from 1.</summary>
    public required int Id { get; init; }

    /// <summary>The steps that must be done before this one starts.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>Rows that the step expects to read.</summary>
    public long EstimatedRows { get; init; }

    /// <summary>Bytes before compression that the step expects to read.</summary>
    public long EstimatedBytes { get; init; }
}
