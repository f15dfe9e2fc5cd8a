using System.Text.Json.Serialization;

namespace Backup.Sql.Schedules;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScheduleRecord))]
[JsonSerializable(typeof(HoldRecord))]
[JsonSerializable(typeof(ScheduleCommand))]
internal sealed partial class SchedulesJsonContext : JsonSerializerContext;
