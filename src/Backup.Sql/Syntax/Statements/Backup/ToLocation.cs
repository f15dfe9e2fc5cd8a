namespace Backup.Sql.Syntax;

/// <summary>The deprecated <c>TO u</c>: a backup at exactly that location.</summary>
/// <param name="IncrementalFrom">
/// The chain that the backup goes on top of, oldest first; empty when none is named.
/// </param>
public sealed record ToLocation(ValueList<StringOrPlaceholder> IncrementalFrom) : BackupDestination;
