namespace Backup.Sql.Syntax;

/// <summary>The jobs that the system starts by itself; only in SHOW AUTOMATIC JOBS.</summary>
public sealed record AutomaticJobs : JobSelection;
