namespace Backup.Sql.Syntax;

/// <summary><c>VALUES (7), (8)</c>; the singular forms such as PAUSE JOB 7 are one row of one value.</summary>
/// <param name="Rows">The rows, each with at least one value.</param>
public sealed record ValuesQuery(ValueList<ValueList<Expression>> Rows) : Query;
