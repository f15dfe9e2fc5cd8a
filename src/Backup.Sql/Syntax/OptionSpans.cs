namespace Backup.Sql.Syntax;

/// <summary>
/// Names and places of options; equal to every other, so that places stay out of the equality of records.
/// </summary>
internal readonly struct OptionSpans(IReadOnlyList<KeyValuePair<string, SourceSpan>>? spans) : IEquatable<OptionSpans>
{
    public SourceSpan? Find(string option)
    {
        foreach (var (name, span) in spans ?? [])
        {
            if (name == option)
                return span;
        }

        return null;
    }

    public bool Equals(OptionSpans other) => true;

    public override bool Equals(object? obj) => obj is OptionSpans;

    public override int GetHashCode() => 0;
}
