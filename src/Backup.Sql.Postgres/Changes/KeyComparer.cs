namespace Backup.Sql.Postgres.Changes;

/// <summary>Keys by their bytes.</summary>
internal sealed class KeyComparer
    : IEqualityComparer<ReadOnlyMemory<byte>>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ReadOnlyMemory<byte>>,
        IComparer<ReadOnlyMemory<byte>>
{
    public static KeyComparer Instance { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) => one.Span.SequenceEqual(other.Span);

    public int GetHashCode(ReadOnlyMemory<byte> key) => GetHashCode(key.Span);

    public bool Equals(ReadOnlySpan<byte> one, ReadOnlyMemory<byte> other) => one.SequenceEqual(other.Span);

    public int GetHashCode(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    public ReadOnlyMemory<byte> Create(ReadOnlySpan<byte> key) => key.ToArray();

    public int Compare(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other) =>
        one.Span.SequenceCompareTo(other.Span);
}
