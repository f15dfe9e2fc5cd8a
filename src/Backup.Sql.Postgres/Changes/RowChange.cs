namespace Backup.Sql.Postgres.Changes;

/// <summary>A change of one row, as the stream tells it.</summary>
/// <param name="kind">Whether it was inserted, updated or deleted.</param>
/// <param name="old">The tuple from before; empty when there is none.</param>
/// <param name="isWhole">True when that is the whole row, false when it is its key alone.</param>
/// <param name="now">The tuple from after; empty after a deletion.</param>
internal readonly ref struct RowChange(
    ChangeKind kind, ReadOnlySpan<byte> old, bool isWhole, ReadOnlySpan<byte> now)
{
    public ChangeKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Old { get; } = old;

    public ReadOnlySpan<byte> New { get; } = now;

    /// <summary>True when the row is known from before the change; an insertion's is: there was none.</summary>
    public bool KnowsBefore { get; } = isWhole || kind == ChangeKind.Insert;
}
