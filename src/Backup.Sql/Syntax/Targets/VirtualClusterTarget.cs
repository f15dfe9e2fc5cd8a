namespace Backup.Sql.Syntax;

/// <summary>One virtual cluster (formerly: tenant).</summary>
/// <param name="Id">Its number, from 1.</param>
public sealed record VirtualClusterTarget(long Id) : BackupTargets;
