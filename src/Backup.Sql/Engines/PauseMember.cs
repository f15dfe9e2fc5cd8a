namespace Backup.Sql.Engines;

/// <summary>A node that takes part in a pause.</summary>
/// <param name="Name">Which node: an address, a pod, a process.</param>
/// <param name="Incarnation">
/// Changes whenever the node is another one than before: a count of restarts, a version, the time of its start.
/// </param>
public sealed record PauseMember(string Name, string Incarnation);
