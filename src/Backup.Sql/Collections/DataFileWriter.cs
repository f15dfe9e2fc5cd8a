using Backup.Sql.Collections.Format;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>Writes rows whose keys ascend within each export to data files, and sums up their digests.</summary>
internal sealed class DataFileWriter : SpaceSink
{
    private readonly SpaceWriter _space;
    private readonly RowFileWriter _rows;
    private readonly RowHasher _hasher;

    /// <summary>A worker's writer.</summary>
    /// <param name="space">The space written.</param>
    /// <param name="locality">The locality whose location takes the files; null for the default one.</param>
    public DataFileWriter(SpaceWriter space, string? locality)
        : base(space, locality)
    {
        _space = space;
        _hasher = new RowHasher(space.Scope);
        _rows = new RowFileWriter(space.Files, space.RowOptions with
        {
            BufferMoves = _hasher.Drain,
            Locality = locality,
        });
    }

    private protected override long TotalStored => _rows.StoredBytes;

    /// <inheritdoc/>
    public override bool Write(in RowVersion row)
    {
        var goOn = _rows.Append(row);
        _hasher.Add(_rows.Buffer, _rows.LastRowOffset, _rows.LastRowLength, row.Timestamp, row.IsDeletion);
        RowsTaken++;
        BytesTaken += _rows.LastRowLength;
        return goOn;
    }

    /// <inheritdoc/>
    public override ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        _hasher.Drain();
        return _rows.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    internal override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var fingerprint = _hasher.Take();
        var files = await _rows.EndAsync(cancellationToken).ConfigureAwait(false);
        _space.Add(Span, fingerprint, files, []);
    }

    /// <inheritdoc/>
    internal override ValueTask DiscardAsync() => _rows.DisposeAsync();

    /// <inheritdoc/>
    internal override void ReturnBuffers() => _rows.ReturnBuffers();
}
