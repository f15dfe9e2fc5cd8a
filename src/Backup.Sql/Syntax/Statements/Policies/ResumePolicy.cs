namespace Backup.Sql.Syntax;

/// <summary><c>RESUME</c>.</summary>
public sealed record ResumePolicy : PolicyChange;
