using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>What a fingerprint sums up.</summary>
internal enum FingerprintScope
{
    /// <summary>The live rows of the space at the layer's end: digests of key and value.</summary>
    [JsonStringEnumMemberName("state")]
    State,

    /// <summary>The versions in the layer's own files: digests of key, value, timestamp and deletion flag.</summary>
    [JsonStringEnumMemberName("content")]
    Content,
}
