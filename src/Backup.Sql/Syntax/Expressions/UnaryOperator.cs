namespace Backup.Sql.Syntax;

/// <summary>Operators with one operand.</summary>
public enum UnaryOperator
{
    /// <summary>NOT.</summary>
    Not,

    /// <summary>The minus sign.</summary>
    Minus,
}
