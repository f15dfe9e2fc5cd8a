namespace Backup.Sql.Schedules;

/// <summary>
/// A hold on an engine's history, written down before it is placed, so that one which nobody needs any more is found
/// and released whatever happened to the process that placed it.
/// </summary>
/// <param name="Name">Its name in the engine.</param>
/// <param name="Engine">The engine.</param>
/// <param name="JobId">The last job that may place it; until that has ended it stays.</param>
internal sealed record HoldRecord(string Name, string Engine, long JobId);
