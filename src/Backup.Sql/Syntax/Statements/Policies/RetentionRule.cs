namespace Backup.Sql.Syntax;

/// <summary>How many backups of a cycle are kept.</summary>
/// <param name="Cycle">The cycle.</param>
/// <param name="Count">How many.</param>
public sealed record RetentionRule(RetentionCycle Cycle, long Count) : SyntaxNode;
