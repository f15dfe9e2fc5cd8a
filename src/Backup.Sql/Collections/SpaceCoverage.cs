using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>What a layer's files say about a space.</summary>
internal enum SpaceCoverage
{
    /// <summary>Everything: what lower layers hold of the space is void.</summary>
    [JsonStringEnumMemberName("full")]
    Full,

    /// <summary>The keys that changed; the others are as in the layer below.</summary>
    [JsonStringEnumMemberName("changes")]
    Changes,

    /// <summary>Nothing changed: there are no files and the space is as in the layer below.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,
}
