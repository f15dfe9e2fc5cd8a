using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Reads lists of labels, <c>k=v,k2=v2</c>.</summary>
internal sealed class LabelBinder(ValueBinder values)
{
    /// <summary>Labels to put on something; one without a value has an empty one. No text, no label.</summary>
    /// <returns><c>k=v</c>, sorted by key.</returns>
    public IReadOnlyList<string> Bind(StringOrPlaceholder node) =>
        [.. Parse(node).Select(pair => $"{pair.Key}={pair.Value}")];

    /// <summary>Labels to look for; one without a value is found whatever its value.</summary>
    /// <returns><c>k=v</c> or <c>k</c>, sorted by key.</returns>
    public IReadOnlyList<string> BindFilter(StringOrPlaceholder node) =>
        [.. Parse(node).Select(pair => pair.Value is null ? pair.Key : $"{pair.Key}={pair.Value}")];

    /// <summary>True if labels have all that a filter asks for.</summary>
    public static bool Match(IEnumerable<string> labels, IEnumerable<string> filter)
    {
        var all = labels.ToHashSet(StringComparer.Ordinal);
        return filter.All(wanted => wanted.Contains('=', StringComparison.Ordinal)
            ? all.Contains(wanted)
            : all.Any(label => label.StartsWith(wanted + "=", StringComparison.Ordinal)));
    }

    private SortedDictionary<string, string?> Parse(StringOrPlaceholder node)
    {
        var place = ValueBinder.PlaceOf(node);
        var labels = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var text = values.Text(node);
        if (text.Length == 0)
            return labels;
        foreach (var label in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = label.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? label : label[..equals];
            if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '/' or '-'))
                throw Errors.InvalidLabel(label, place);
            if (!labels.TryAdd(key, equals < 0 ? null : label[(equals + 1)..]))
                throw Errors.DuplicateLabel(key, place);
        }

        return labels;
    }
}
