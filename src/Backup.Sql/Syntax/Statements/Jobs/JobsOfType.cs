namespace Backup.Sql.Syntax;

/// <summary>All jobs of a type; only in <c>PAUSE ALL backup JOBS</c> and its siblings.</summary>
/// <param name="Type">The type: backup, restore, changefeed or import.</param>
public sealed record JobsOfType(Name Type) : JobSelection;
