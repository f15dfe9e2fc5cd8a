using System.Text.Json.Serialization;

namespace Backup.Sql.Keys;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(KeyRingRecord))]
internal sealed partial class KeysJsonContext : JsonSerializerContext;
