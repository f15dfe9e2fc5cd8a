using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Takes one worker's share of a space: any number of exports, one after another. To be completed when the last export
/// succeeded; disposing it before discards the file in the making.
/// </summary>
internal abstract class SpaceSink : IRowVersionSink, IAsyncDisposable
{
    private protected SpaceSink()
    {
    }

    /// <summary>Rows (or pages) taken so far, written or not.</summary>
    public abstract long RowsTaken { get; }

    /// <summary>Bytes of keys and values taken so far.</summary>
    public long BytesTaken { get; private protected set; }

    /// <summary>Bytes handed to the store so far.</summary>
    public abstract long BytesStored { get; }

    /// <inheritdoc/>
    public abstract bool Write(in RowVersion row);

    /// <inheritdoc/>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Completes the sink's files and hands its share to the space.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
