using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Shell;

/// <summary>A statement, or a command of the shell itself.</summary>
/// <param name="Text">Its text, without the semicolon.</param>
/// <param name="Origin">Where it begins.</param>
/// <param name="IsCommand">True for a line that begins with a backslash.</param>
internal sealed record ScriptItem(string Text, TextOrigin Origin, bool IsCommand);
