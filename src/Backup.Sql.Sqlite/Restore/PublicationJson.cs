using System.Text.Json.Serialization;

namespace Backup.Sql.Sqlite.Restore;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PublicationRecord))]
internal sealed partial class PublicationJson : JsonSerializerContext;
