using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>A committed layer as its name and its envelope tell it.</summary>
/// <param name="Store">The store that holds it.</param>
/// <param name="Place">The location of that store, without secrets; null for the collection's own.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="Envelope">What its manifest begins with; null if that cannot be read.</param>
internal sealed record SurveyedLayer(IObjectStore Store, string? Place, string Directory, ManifestEnvelope? Envelope)
{
    /// <summary>As a tombstone names it.</summary>
    public DroppedLayer ToDropped() => new(Directory, Envelope?.LayerId, Place);
}
