using System.Text.Json.Serialization;

namespace Backup.Sql.Sessions.Policies;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyRecord))]
internal sealed partial class PolicyJsonContext : JsonSerializerContext;
