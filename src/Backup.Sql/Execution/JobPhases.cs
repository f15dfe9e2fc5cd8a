namespace Backup.Sql.Execution;

/// <summary>What jobs say that they are doing: the phases of their progress, and of their marks.</summary>
internal static class JobPhases
{
    public const string OpeningSnapshot = "opening a snapshot";

    public const string Exporting = "exporting";

    public const string WritingManifest = "writing the manifest";

    public const string Committing = "committing";

    public const string Reading = "reading";

    /// <summary>A mark alone: the objects are made, and rows can come.</summary>
    public const string ObjectsMade = "objects made";

    public const string BuildingIndexes = "building indexes and checking";

    public const string Validating = "validating";

    public const string Publishing = "publishing";
}
