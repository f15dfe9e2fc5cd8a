namespace Backup.Sql.Repl.Shell;

/// <summary>Tells where a statement ends: quotes and comments follow the language that it is written in.</summary>
internal interface IStatementRules
{
    /// <summary>Finds the semicolon that ends the first statement of a text.</summary>
    /// <param name="text">Text that begins with a statement.</param>
    /// <returns>Offset of the semicolon; −1 when the statement goes on.</returns>
    int FindEnd(ReadOnlySpan<char> text);
}
