using System.Text.Json.Serialization;

namespace Backup.Sql.Postgres.Changes;

/// <summary>How stamps are kept.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HistoryJson : JsonSerializerContext;
