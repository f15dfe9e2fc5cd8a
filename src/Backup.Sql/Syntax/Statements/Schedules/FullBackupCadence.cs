namespace Backup.Sql.Syntax;

/// <summary>When a schedule takes full backups.</summary>
/// <param name="Recurrence">A cron text; null for ALWAYS.</param>
public sealed record FullBackupCadence(StringOrPlaceholder? Recurrence) : SyntaxNode;
