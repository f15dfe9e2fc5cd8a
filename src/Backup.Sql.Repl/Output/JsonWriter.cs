using System.Text.Encodings.Web;
using System.Text.Json;
using Backup.Sql.Sessions;

namespace Backup.Sql.Repl.Output;

/// <summary>
/// Prints, for every statement that has columns, one line: an array with an object per row. Numbers stay numbers, JSON
/// columns stay documents, bytes are <c>\x</c> and hexadecimal digits, a repeated column name gets a number.
/// </summary>
/// <param name="output">Takes the bytes, UTF-8.</param>
internal sealed class JsonWriter(Stream output) : IAnswerWriter
{
    private const int FlushThreshold = 32 * 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        // The text goes to a terminal or a file, never into a page: readable beats escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <inheritdoc/>
    public async Task WriteAsync(Answer answer, CancellationToken cancellationToken)
    {
        if (answer.Columns.Count == 0)
            return;
        var names = DistinctNames(answer.Columns);
        var json = new Utf8JsonWriter(output, Options);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartArray();
            await foreach (var row in answer.Rows.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                json.WriteStartObject();
                for (var i = 0; i < row.Count; i++)
                {
                    json.WritePropertyName(names[i]);
                    WriteValue(json, row[i], answer.Columns[i].Type);
                }

                json.WriteEndObject();
                if (json.BytesPending > FlushThreshold)
                    await json.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            json.WriteEndArray();
        }

        output.WriteByte((byte)'\n');
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value, ResultType? type)
    {
        switch (value)
        {
            case null or DBNull:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case string document when type == ResultType.Json:
                json.WriteRawValue(document);
                break;
            case string[] items:
                json.WriteStartArray();
                foreach (var item in items)
                    json.WriteStringValue(item);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(ValueText.Of(value));
                break;
        }
    }

    private static string[] DistinctNames(IReadOnlyList<AnswerColumn> columns)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var names = new string[columns.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = columns[i].Name;
            for (var copy = 2; !taken.Add(names[i]); copy++)
                names[i] = $"{columns[i].Name}_{copy}";
        }

        return names;
    }
}
