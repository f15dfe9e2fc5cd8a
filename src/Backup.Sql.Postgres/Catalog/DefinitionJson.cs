using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>Definitions as text: what queries give, and what descriptors carry.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TableDefinition))]
[JsonSerializable(typeof(ViewDefinition))]
[JsonSerializable(typeof(SequenceDefinition))]
[JsonSerializable(typeof(TypeDefinition))]
[JsonSerializable(typeof(FunctionDefinition))]
[JsonSerializable(typeof(SchemaDefinition))]
[JsonSerializable(typeof(DatabaseDefinition))]
[JsonSerializable(typeof(TriggerDefinition))]
[JsonSerializable(typeof(ColumnDefinition))]
[JsonSerializable(typeof(ConstraintDefinition))]
[JsonSerializable(typeof(IndexDefinition))]
internal sealed partial class DefinitionJson : JsonSerializerContext
{
    /// <summary>The property of a descriptor under which its definition stands. Part of the format.</summary>
    private const string Property = "postgres";

    public static IReadOnlyDictionary<string, string> PropertiesOf<T>(T definition) =>
        new Dictionary<string, string> { [Property] = JsonSerializer.Serialize(definition, InfoOf<T>()) };

    public static T Parse<T>(string text) => JsonSerializer.Deserialize(text, InfoOf<T>())!;

    /// <summary>The definition that a descriptor of a backup carries.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">58030 there is none, or it cannot be read.</exception>
    public static T Of<T>(ObjectDescriptor descriptor)
    {
        try
        {
            if (descriptor.Properties.TryGetValue(Property, out var text)
                && JsonSerializer.Deserialize(text, InfoOf<T>()) is { } definition)
                return definition;
        }
        catch (JsonException failure)
        {
            throw RestoreErrors.NotADefinition(descriptor.Name, failure);
        }

        throw RestoreErrors.NotADefinition(descriptor.Name, null);
    }

    private static JsonTypeInfo<T> InfoOf<T>() => (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}
