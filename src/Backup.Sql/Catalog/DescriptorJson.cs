using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backup.Sql.Catalog;

/// <summary>Descriptors as text: what a comparison of two of them compares.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ObjectDescriptor))]
internal sealed partial class DescriptorJson : JsonSerializerContext
{
    public static string Of(ObjectDescriptor descriptor) =>
        JsonSerializer.Serialize(descriptor, Default.ObjectDescriptor);
}
