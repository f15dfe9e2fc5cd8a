namespace Backup.Sql.Engines;

/// <summary>What SQL that was passed through came to.</summary>
public sealed record PassThroughResult
{
    /// <summary>Names of the columns; empty when no statement gave rows.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>
    /// The rows: null, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <c>byte[]</c>, or an engine's
    /// own type.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows { get; init; } = [];

    /// <summary>Rows changed by the statements; null when none changes rows.</summary>
    public long? RowsAffected { get; init; }
}
