using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Reads the JSON of a collection's objects. What a type declares as never null must be there: generated code would
/// otherwise leave a missing list null instead of empty. Lists have no empty elements and objects no member twice. What
/// is added to the format later is declared nullable, or read with care.
/// </summary>
internal static class ManifestJson
{
    private static readonly JsonSerializerOptions Strict = new(CollectionsJsonContext.Default.Options)
    {
        TypeInfoResolver = CollectionsJsonContext.Default.WithAddedModifier(RequireReferences),
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads an object.</summary>
    /// <typeparam name="T">A type of <see cref="CollectionsJsonContext"/>.</typeparam>
    /// <param name="json">The text.</param>
    /// <returns>The object; null if the text is none of that type.</returns>
    public static T? Read<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            return HasEmptyElement(json)
                ? null
                : JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T)));
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or InvalidOperationException)
        {
            // NotSupportedException: a descriptor that does not say of which kind it is. InvalidOperationException: a
            // string that is no UTF-16, half a surrogate pair.
            return null;
        }
    }

    // Nullable annotations reach members, but not the elements of lists.
    private static bool HasEmptyElement(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Strict.MaxDepth });
        var lists = 0UL; // a bit for each depth: 64 are allowed
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            if (reader.TokenType == JsonTokenType.StartArray)
                lists |= 1UL << depth;
            else if (reader.TokenType == JsonTokenType.StartObject)
                lists &= ~(1UL << depth);
            else if (reader.TokenType == JsonTokenType.Null && depth > 0 && (lists >> (depth - 1) & 1) != 0)
                return true;
        }

        return false;
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
