using System.Text.Json.Serialization;
using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Changes;

/// <summary>How stamps and catalogs are kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<ObjectDescriptor>))]
internal sealed partial class HistoryJson : JsonSerializerContext;
