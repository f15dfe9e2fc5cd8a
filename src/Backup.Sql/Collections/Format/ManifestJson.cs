using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Reads the JSON of manifests. What a type declares as never null must be there: generated code would otherwise leave
/// a missing list null instead of empty. What is added to the format later is declared nullable, or read with care.
/// </summary>
internal static class ManifestJson
{
    private static readonly JsonSerializerOptions Strict = new(CollectionsJsonContext.Default.Options)
    {
        TypeInfoResolver = CollectionsJsonContext.Default.WithAddedModifier(RequireReferences),
    };

    private static readonly JsonTypeInfo<BackupManifest> Manifest =
        (JsonTypeInfo<BackupManifest>)Strict.GetTypeInfo(typeof(BackupManifest));

    private static readonly JsonTypeInfo<ManifestEnvelope> Envelope =
        (JsonTypeInfo<ManifestEnvelope>)Strict.GetTypeInfo(typeof(ManifestEnvelope));

    /// <summary>Reads a manifest's body.</summary>
    /// <param name="json">The body, decompressed.</param>
    /// <returns>The manifest; null if the text is no manifest.</returns>
    public static BackupManifest? ReadManifest(ReadOnlySpan<byte> json) => Read(json, Manifest);

    /// <summary>Reads an envelope.</summary>
    /// <param name="json">The envelope.</param>
    /// <returns>The envelope; null if the text is no envelope.</returns>
    public static ManifestEnvelope? ReadEnvelope(ReadOnlySpan<byte> json) => Read(json, Envelope);

    private static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            // NotSupportedException: a descriptor that does not say of which kind it is.
            return null;
        }
    }

    private static void RequireReferences(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (!property.PropertyType.IsValueType && !property.IsSetNullable && property.Set is not null)
                property.IsRequired = true;
        }
    }
}
