using System.Text.Json.Serialization;

namespace Backup.Sql.Binding;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BoundStatement))]
internal sealed partial class BoundJsonContext : JsonSerializerContext;
