using System.Buffers.Binary;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>
/// Takes every page of its spans, digests it, and writes it only if its digest differs from that of the layer below;
/// the digests of what is written go to digest files. Without a layer below everything is written.
/// </summary>
internal sealed class PageDeltaWriter : SpaceSink
{
    private const int PageKeyBytes = 4;
    private const int DigestBytes = FingerprintAccumulator.DigestBytes;

    private readonly SpaceWriter _space;
    private readonly RowFileWriter _pages;
    private readonly RowFileWriter _digests;
    private FingerprintAccumulator _fingerprint = new();
    private readonly PageWindow? _window;
    private readonly byte[] _run = new byte[PageDigests.MaxRun * DigestBytes];
    private readonly byte[] _runKey = new byte[PageKeyBytes];
    private long _runFirst;
    private int _runPages;
    private bool _digestsFull;
    private bool _undecided;
    private long _lastPage;
    private UInt128 _lastDigest;

    /// <summary>A worker's writer.</summary>
    /// <param name="space">The page space written.</param>
    /// <param name="locality">The locality whose location takes the files; null for the default one.</param>
    public PageDeltaWriter(SpaceWriter space, string? locality)
        : base(space, locality)
    {
        _space = space;
        _pages = new RowFileWriter(space.Files, space.RowOptions with { Locality = locality });
        _digests = new RowFileWriter(space.Files, space.DigestOptions with { Locality = locality });
        _window = space.Base is null ? null : new PageWindow();
    }

    private protected override long TotalStored => _pages.StoredBytes + _digests.StoredBytes;

    /// <inheritdoc/>
    public override bool Write(in RowVersion row)
    {
        if (row.Key.Length != PageKeyBytes || row.IsDeletion)
            throw Errors.NotAPage(_space.RowOptions.SpaceName);
        var goOn = _pages.Append(row);
        _lastPage = BinaryPrimitives.ReadUInt32BigEndian(row.Key);
        _lastDigest = FingerprintAccumulator.Digest(_pages.Buffer.AsSpan(_pages.LastRowOffset, _pages.LastRowLength));
        _fingerprint.Add(_lastDigest);
        RowsTaken++;
        BytesTaken += _pages.LastRowLength;
        if (_window is not null && !_window.Contains(_lastPage))
        {
            _undecided = true;
            return false;
        }

        return (Decide() || goOn) && !_digestsFull;
    }

    /// <inheritdoc/>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_undecided)
        {
            _undecided = false;
            _window!.MoveTo(_lastPage);
            await _space.Base!.LoadAsync(_window, cancellationToken).ConfigureAwait(false);
            Decide();
        }

        await _pages.FlushAsync(cancellationToken).ConfigureAwait(false);
        await FlushDigestsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        EndRun();
        await FlushDigestsAsync(cancellationToken).ConfigureAwait(false);
        var pages = await _pages.EndAsync(cancellationToken).ConfigureAwait(false);
        var digests = await _digests.EndAsync(cancellationToken).ConfigureAwait(false);
        _space.Add(Span, _fingerprint, pages, digests);
        _fingerprint = new FingerprintAccumulator();
    }

    /// <inheritdoc/>
    internal override async ValueTask DiscardAsync()
    {
        await _pages.DisposeAsync().ConfigureAwait(false);
        await _digests.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override void ReturnBuffers()
    {
        _pages.ReturnBuffers();
        _digests.ReturnBuffers();
    }

    // True when the last page is as it was: then it is taken back.
    private bool Decide()
    {
        if (_window is not null && _window.Matches(_lastPage, _lastDigest))
        {
            _pages.Undo();
            EndRun();
            return true;
        }

        if (_runPages == PageDigests.MaxRun || _lastPage != _runFirst + _runPages)
            EndRun();
        if (_runPages == 0)
            _runFirst = _lastPage;
        BinaryPrimitives.WriteUInt128BigEndian(_run.AsSpan(_runPages++ * DigestBytes), _lastDigest);
        return false;
    }

    private void EndRun()
    {
        if (_runPages == 0)
            return;
        BinaryPrimitives.WriteUInt32BigEndian(_runKey, (uint)_runFirst);
        _digestsFull |= !_digests.Append(new RowVersion(_runKey, default, _run.AsSpan(0, _runPages * DigestBytes)));
        _runPages = 0;
    }

    private async ValueTask FlushDigestsAsync(CancellationToken cancellationToken)
    {
        await _digests.FlushAsync(cancellationToken).ConfigureAwait(false);
        _digestsFull = false;
    }
}
