using System.Text.Json;
using System.Text.Json.Serialization;
using Backup.Sql.Catalog;

namespace Backup.Sql.Collections;

/// <summary>
/// Writes timestamps as the text that <see cref="HlcTimestamp.ToString"/> gives, exact in any JSON reader.
/// </summary>
internal sealed class HlcTimestampJsonConverter : JsonConverter<HlcTimestamp>
{
    /// <inheritdoc/>
    public override HlcTimestamp Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && HlcTimestamp.TryParse(reader.GetString()!, out var time)
            ? time
            : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, HlcTimestamp value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
