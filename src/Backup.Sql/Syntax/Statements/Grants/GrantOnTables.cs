namespace Backup.Sql.Syntax;

/// <summary><c>ON [TABLE] …</c>.</summary>
/// <param name="Tables">At least one pattern.</param>
public sealed record GrantOnTables(ValueList<TablePattern> Tables) : GrantObject;
