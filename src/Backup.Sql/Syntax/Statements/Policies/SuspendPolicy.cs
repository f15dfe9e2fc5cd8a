namespace Backup.Sql.Syntax;

/// <summary><c>SUSPEND</c>.</summary>
public sealed record SuspendPolicy : PolicyChange;
