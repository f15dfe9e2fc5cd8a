using Backup.Sql.Parsing;

namespace Backup.Sql.Repl.Shell;

/// <summary>Where a statement of the backup dialect ends: the parser knows.</summary>
internal sealed class BackupStatementRules : IStatementRules
{
    /// <inheritdoc/>
    public int FindEnd(ReadOnlySpan<char> text)
    {
        var slice = BackupSqlParser.FirstStatement(text);
        return slice.IsComplete ? slice.Next - 1 : -1;
    }
}
