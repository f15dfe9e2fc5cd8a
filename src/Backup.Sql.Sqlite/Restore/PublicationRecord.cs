namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// The commit of a restore of new databases: once this file lies in the staging directory, whole and on disk, the
/// restore has happened, and whoever opens the cluster next finishes what a crash interrupted.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Files">Staged file names, each with the file name in the cluster's directory that it gets.</param>
/// <param name="Remembered">True when the record stays, as the restore's mark, until it is forgotten.</param>
internal sealed record PublicationRecord(
    int Version, IReadOnlyDictionary<string, string> Files, bool Remembered = false)
{
    public const string FileName = "commit";

    /// <summary>What the record is called when the restore is taken back after all: a name was taken.</summary>
    public const string WithdrawnName = "withdrawn";
    public const int CurrentVersion = 1;
}
