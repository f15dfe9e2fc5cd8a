using System.Text.Json.Serialization;

namespace Backup.Sql.Sessions.Registry;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegisteredBackup))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
