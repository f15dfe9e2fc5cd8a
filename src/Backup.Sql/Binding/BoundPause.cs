namespace Backup.Sql.Binding;

/// <summary>WITH pause: writers rest while the snapshots are taken.</summary>
/// <param name="Hold">How long the pause lasts at least.</param>
/// <param name="Wait">How long open requests may take to end.</param>
internal sealed record BoundPause(TimeSpan Hold, TimeSpan Wait);
