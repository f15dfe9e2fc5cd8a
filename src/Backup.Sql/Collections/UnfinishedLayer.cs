namespace Backup.Sql.Collections;

/// <summary>A directory of a layer, as its objects' names tell.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Locks">The jobs that hold a lock there.</param>
/// <param name="IsCommitted">True if it holds a manifest.</param>
internal sealed record UnfinishedLayer(string Directory, IReadOnlyList<string> Locks, bool IsCommitted);
