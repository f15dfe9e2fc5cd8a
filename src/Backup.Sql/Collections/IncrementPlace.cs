using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A place outside a collection where increments of its full backups lie.</summary>
/// <param name="Location">The location without its secrets.</param>
/// <param name="Store">The location's store.</param>
internal sealed record IncrementPlace(string Location, IObjectStore Store);
