using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>A change of an object's definition inside the window of a layer with revision history.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="ObjectId">The object.</param>
/// <param name="Descriptor">The object from then on; null when it was dropped.</param>
/// <param name="Database">The object's database: ids are unique in one engine only. Null in layers of the first
/// versions.</param>
internal sealed record SchemaChange(
    HlcTimestamp Time, long ObjectId, ObjectDescriptor? Descriptor, string? Database = null);
