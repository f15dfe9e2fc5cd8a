using System.Text.Json.Serialization;

namespace Backup.Sql.Sessions.Snapshots;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RepositoryRecord))]
[JsonSerializable(typeof(DatabaseJob))]
[JsonSerializable(typeof(SnapshotDetails))]
internal sealed partial class SnapshotJsonContext : JsonSerializerContext;
