namespace Backup.Sql.Collections;

/// <summary>A layer, or what a broken-off job left in the place of one, that is dropped.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="LayerId">Its id; null where no manifest can be read.</param>
/// <param name="Place">
/// The location of its store without secrets, where that is not the collection's own; null otherwise.
/// </param>
internal sealed record DroppedLayer(string Directory, string? LayerId, string? Place = null);
