namespace Backup.Sql.Syntax;

/// <summary><c>ALTER TABLE … SET/RESET (exclude_data_from_backup)</c>.</summary>
/// <param name="Table">The table.</param>
/// <param name="Value">The value of SET; null for RESET.</param>
public sealed record ExcludeTableDataStatement(ObjectName Table, Expression? Value) : Statement
{
    /// <inheritdoc/>
    public override string Kind => "ALTER TABLE";
}
