using System.Text.Json.Serialization;

namespace Backup.Sql.Execution.Uses;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayerUse))]
internal sealed partial class LayerUseJsonContext : JsonSerializerContext;
