using System.Text.Json.Serialization;
using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>What the history's own tables hold as JSON.</summary>
[JsonSerializable(typeof(TableDefinition))]
[JsonSerializable(typeof(List<MasterRow>))]
internal sealed partial class HistoryJson : JsonSerializerContext;
