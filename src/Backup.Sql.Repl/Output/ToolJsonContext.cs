using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Backup.Sql.Repl.Output;

/// <summary>The only JSON serialisation the tool needs: strings, printed as people write them.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class ToolJsonContext : JsonSerializerContext
{
    /// <summary>
    /// Escapes what JSON demands and no more: the text goes to a terminal or a file, never into a page.
    /// </summary>
    public static ToolJsonContext Relaxed { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
