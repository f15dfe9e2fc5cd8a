namespace Backup.Sql.Rows;

/// <summary>
/// Gives the rows that a restore ingests, keys ascending, one live version of each. Await <see cref="FillAsync"/>, then
/// read until <see cref="TryRead"/> says no, and again until <see cref="FillAsync"/> says that nothing is left.
/// </summary>
public interface IRowSource
{
    /// <summary>Makes the next rows ready.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False at the end.</returns>
    ValueTask<bool> FillAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes the next ready row.</summary>
    /// <param name="row">The row; its spans are valid until the next call on the source.</param>
    /// <returns>False when <see cref="FillAsync"/> must be awaited.</returns>
    bool TryRead(out RowVersion row);
}
