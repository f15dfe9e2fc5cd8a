namespace Backup.Sql.Scenarios.Scripting;

/// <summary>A script did not go as it says.</summary>
public sealed class ScriptException(string message, Exception? cause = null) : Exception(message, cause);
