using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backup.Sql.Execution;

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class SystemJsonContext : JsonSerializerContext;
