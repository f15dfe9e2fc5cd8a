using Backup.Sql.Syntax;
namespace Backup.Sql.Parsing;
/// <summary>stub</summary>
public static class BackupSqlParser
{
    /// <summary>stub</summary>
    public static Statement ParseStatement(string text) => throw new InvalidOperationException(text);
    /// <summary>stub</summary>
    public static IReadOnlyList<Statement> Parse(string text) => throw new InvalidOperationException(text);
}
