namespace Backup.Sql.Rows;

/// <summary>Takes the rows of an export. One caller at a time.</summary>
public interface IRowVersionSink
{
    /// <summary>Takes one row: its bytes are copied, nothing is allocated.</summary>
    /// <param name="row">The row.</param>
    /// <returns>True to go on; false when <see cref="FlushAsync"/> must be awaited before the next row.</returns>
    bool Write(in RowVersion row);

    /// <summary>Hands on what was taken so far; returns when there is room again.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
