using System.Text.Json.Serialization;

namespace Backup.Sql.Access;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(GrantRecord))]
internal sealed partial class AccessJsonContext : JsonSerializerContext;
