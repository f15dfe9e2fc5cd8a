using System.Text.Json.Serialization;

namespace Backup.Sql.Planning;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecutionPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
