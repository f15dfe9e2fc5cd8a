namespace Backup.Sql.Scenarios.Scripting;

/// <summary>A command of a script and what it must give.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Engine">The only engine that it is for; null for all.</param>
/// <param name="Command">The command.</param>
/// <param name="Expected">The lines after <c>----</c>; null where there is no such line.</param>
internal sealed record ScriptBlock(int Line, string? Engine, string Command, IReadOnlyList<string>? Expected);
