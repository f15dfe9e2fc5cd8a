using System.Text.Json.Serialization;

namespace Backup.Sql.Collections;

/// <summary>What a layer stands on.</summary>
internal enum LayerKind
{
    /// <summary>Nothing: it starts a chain.</summary>
    [JsonStringEnumMemberName("full")]
    Full,

    /// <summary>The layer that ended where this one starts.</summary>
    [JsonStringEnumMemberName("incremental")]
    Incremental,
}
