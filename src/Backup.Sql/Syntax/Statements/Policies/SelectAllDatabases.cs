namespace Backup.Sql.Syntax;

/// <summary><c>ALL DATABASES</c>.</summary>
public sealed record SelectAllDatabases : PolicySelector;
