using System.Text.Json.Serialization;

namespace Backup.Sql.Connections;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConnectionRecord))]
internal sealed partial class ConnectionsJsonContext : JsonSerializerContext;
