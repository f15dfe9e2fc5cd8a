using System.Text.Json.Serialization;
using Backup.Sql.Collections.Sealing;

namespace Backup.Sql.Collections;

/// <summary>The JSON of manifests: snake case, enumerations as words, what is absent left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    MaxDepth = 64,
    Converters = [typeof(HlcTimestampJsonConverter), typeof(UInt128JsonConverter)])]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(ManifestEnvelope))]
[JsonSerializable(typeof(LayerNote))]
[JsonSerializable(typeof(Tombstone))]
[JsonSerializable(typeof(LayerCheckpoint))]
[JsonSerializable(typeof(SnapshotReservation))]
[JsonSerializable(typeof(KeyObject))]
[JsonSerializable(typeof(NotedPlace))]
internal sealed partial class CollectionsJsonContext : JsonSerializerContext;
