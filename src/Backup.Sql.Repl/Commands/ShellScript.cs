namespace Backup.Sql.Repl.Commands;

/// <summary>An argument of <c>-c</c> or <c>-f</c>.</summary>
/// <param name="Value">Statements, or the path of a file that holds them.</param>
/// <param name="IsFile">True for a path.</param>
internal sealed record ShellScript(string Value, bool IsFile);
