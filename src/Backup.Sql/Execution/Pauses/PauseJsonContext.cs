using System.Text.Json.Serialization;

namespace Backup.Sql.Execution.Pauses;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PauseEntry))]
internal sealed partial class PauseJsonContext : JsonSerializerContext;
