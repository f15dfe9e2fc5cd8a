namespace Backup.Sql.Syntax;

/// <summary>One option of a schedule.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; null for none.</param>
public sealed record ScheduleOption(Name Key, StringOrPlaceholder? Value) : SyntaxNode;
