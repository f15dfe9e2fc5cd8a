using System.Text.Json.Serialization;

namespace Backup.Sql.Tuning;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SettingRecord))]
internal sealed partial class TuningJsonContext : JsonSerializerContext;
