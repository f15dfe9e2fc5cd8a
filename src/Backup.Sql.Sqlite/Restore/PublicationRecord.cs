namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// The commit of a restore of several databases: once this file lies in the staging directory, whole and on disk, the
/// restore has happened, and whoever opens the cluster next finishes what a crash interrupted.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Files">Staged file names, each with the file name in the cluster's directory that it gets.</param>
internal sealed record PublicationRecord(int Version, IReadOnlyDictionary<string, string> Files)
{
    public const string FileName = "commit";
    public const int CurrentVersion = 1;
}
