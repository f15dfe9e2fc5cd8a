using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Takes one export of a space, or several one after another. To be completed when the last one succeeded, and to be
/// disposed in any case: what was not completed is discarded.
/// </summary>
/// <remarks>A completed sink goes back to its space, which hands it out again: buffers are large.</remarks>
internal abstract class SpaceSink : IRowVersionSink, IAsyncDisposable
{
    private readonly SpaceWriter _space;
    private bool _completed;
    private long _storedBefore;

    private protected SpaceSink(SpaceWriter space, string? locality)
    {
        _space = space;
        Locality = locality;
    }

    /// <summary>The locality whose location takes the files; null for the default one.</summary>
    public string? Locality { get; }

    /// <summary>The keys that are exported into it.</summary>
    public KeySpan Span { get; internal set; } = KeySpan.All;

    /// <summary>Rows (or pages) taken since it was opened, written or not.</summary>
    public long RowsTaken { get; private protected set; }

    /// <summary>Bytes of keys and values taken since it was opened.</summary>
    public long BytesTaken { get; private protected set; }

    /// <summary>Bytes handed to the store since it was opened.</summary>
    public long BytesStored => TotalStored - _storedBefore;

    /// <summary>Bytes handed to the store in all its uses.</summary>
    private protected abstract long TotalStored { get; }

    /// <inheritdoc/>
    public abstract bool Write(in RowVersion row);

    /// <inheritdoc/>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Ends the files and hands them and the fingerprint to the space.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        await EndAsync(cancellationToken).ConfigureAwait(false);
        _completed = true;
    }

    /// <summary>Discards what was not completed; gives a completed sink back to its space.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_completed)
            _space.Return(this);
        else
            await DiscardAsync().ConfigureAwait(false);
    }

    /// <summary>Makes a sink that came back ready for its next use.</summary>
    internal void Reopen()
    {
        _completed = false;
        _storedBefore = TotalStored;
        RowsTaken = 0;
        BytesTaken = 0;
    }

    /// <summary>Ends the files and adds them and the fingerprint to the space.</summary>
    internal abstract ValueTask EndAsync(CancellationToken cancellationToken);

    /// <summary>Discards the files in the making and gives the buffers back.</summary>
    internal abstract ValueTask DiscardAsync();

    /// <summary>Gives the buffers of a completed sink back; it is not used again.</summary>
    internal abstract void ReturnBuffers();
}
