using Backup.Sql.Rows;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Walks through the rows of files whose key ranges follow one another, within a range of keys. Only the blocks that
/// may hold such keys are read, each while the one before it is in use.
/// </summary>
internal sealed class RunCursor : IAsyncDisposable
{
    private readonly IReadOnlyList<DataFile> _files;
    private readonly KeySpan _range;
    private readonly DataFileCache _cache;
    private readonly RowHasher? _hasher;
    private readonly BlockRows _rows = new();
    private int _nextFile;
    private OpenDataFile? _file;
    private int _nextBlock;
    private int _endBlock;
    private Task<StoredBlock?>? _ahead;
    private bool _checkStart;
    private bool _checkEnd;

    /// <summary>A cursor before the first row.</summary>
    /// <param name="files">The files in the order of their keys.</param>
    /// <param name="range">The keys wanted.</param>
    /// <param name="cache">Opens files.</param>
    /// <param name="rank">The layer's place, 0 for the newest.</param>
    /// <param name="hasher">Digests every row of the range; null for none.</param>
    public RunCursor(
        IReadOnlyList<DataFile> files, KeySpan range, DataFileCache cache, int rank, RowHasher? hasher)
    {
        _files = files;
        _range = range;
        _cache = cache;
        _hasher = hasher;
        Rank = rank;
    }

    /// <summary>The layer's place, 0 for the newest.</summary>
    public int Rank { get; }

    /// <summary>
    /// The current file's number: of two rows with one key in one layer the one of the later file counts.
    /// </summary>
    public long FileId { get; private set; }

    /// <summary>True when <see cref="Rows"/> stands on a row.</summary>
    public bool HasRow { get; private set; }

    /// <summary>True after the last row.</summary>
    public bool Ended { get; private set; }

    /// <summary>The rows of the current block.</summary>
    public BlockRows Rows => _rows;

    /// <summary>Cuts files into as few runs as possible.</summary>
    /// <param name="files">Files in ascending order of their first keys.</param>
    /// <returns>Lists of files whose key ranges follow one another.</returns>
    public static IReadOnlyList<IReadOnlyList<DataFile>> CutIntoRuns(IEnumerable<DataFile> files)
    {
        var runs = new List<List<DataFile>>();
        foreach (var file in files)
        {
            var run = runs.Find(
                run => run[^1].Entry.LastKey.Span.SequenceCompareTo(file.Entry.FirstKey.Span) < 0);
            if (run is null)
                runs.Add(run = []);
            run.Add(file);
        }

        return runs;
    }

    /// <summary>Steps to the next row of the current block.</summary>
    /// <returns>False when <see cref="LoadAsync"/> must be awaited.</returns>
    public bool Advance()
    {
        while (_rows.MoveNext())
        {
            if (_checkStart && _rows.Key.SequenceCompareTo(_range.Start.Span) < 0)
                continue;
            _checkStart = false;
            if (_checkEnd && _rows.Key.SequenceCompareTo(_range.End.Span) >= 0)
                continue;
            _hasher?.Add(_rows.Buffer, _rows.Offset, _rows.Length, _rows.Timestamp, _rows.IsDeletion);
            return HasRow = true;
        }

        return HasRow = false;
    }

    /// <summary>Steps to the first row of the next block.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False at the end.</returns>
    public async ValueTask<bool> LoadAsync(CancellationToken cancellationToken)
    {
        while (!Ended)
        {
            var block = await (_ahead ?? ReadNextAsync(cancellationToken)).ConfigureAwait(false);
            _ahead = null;
            _hasher?.Drain();
            if (block is null)
            {
                Ended = true;
                _rows.Dispose();
                break;
            }

            _ahead = ReadNextAsync(cancellationToken);
            FileId = block.File.File.Entry.Id;
            _checkStart = block.Entry.FirstKey.AsSpan().SequenceCompareTo(_range.Start.Span) < 0;
            _checkEnd = !_range.End.IsEmpty && block.Entry.LastKey.AsSpan().SequenceCompareTo(_range.End.Span) >= 0;
            _rows.Load(block);
            if (Advance())
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _rows.Dispose();
        if (_ahead is not { } ahead)
            return;
        _ahead = null;
        await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ahead.IsCompletedSuccessfully)
            (await ahead.ConfigureAwait(false))?.Release();
    }

    private async Task<StoredBlock?> ReadNextAsync(CancellationToken cancellationToken)
    {
        while (_file is null || _nextBlock >= _endBlock)
        {
            if (_nextFile >= _files.Count)
                return null;
            _file = await _cache.OpenAsync(_files[_nextFile++], cancellationToken).ConfigureAwait(false);
            (_nextBlock, _endBlock) = _file.Index.Find(_range.Start.Span, _range.End.Span);
        }

        return await _file.ReadAsync(_nextBlock++, cancellationToken).ConfigureAwait(false);
    }
}
