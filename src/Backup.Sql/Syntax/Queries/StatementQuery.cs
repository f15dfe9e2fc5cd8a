namespace Backup.Sql.Syntax;

/// <summary>A SHOW statement whose rows a query reads.</summary>
/// <param name="Statement">SHOW JOBS, SHOW SCHEDULES, SHOW BACKUPS or SHOW BACKUP.</param>
public sealed record StatementQuery(Statement Statement) : Query;
