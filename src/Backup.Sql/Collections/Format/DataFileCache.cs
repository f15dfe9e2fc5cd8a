using System.Collections.Concurrent;

namespace Backup.Sql.Collections.Format;

/// <summary>Keeps the indexes of some files, because workers read neighbouring ranges of the same file.</summary>
internal sealed class DataFileCache(CompressionCodecs codecs)
{
    // An index takes some 50 KiB, so this is a few MiB at most.
    private const int MaxFiles = 64;

    private readonly ConcurrentDictionary<(string LayerId, long FileId), OpenDataFile> _open = [];

    /// <summary>Opens a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The file with its index.</returns>
    public async ValueTask<OpenDataFile> OpenAsync(DataFile file, CancellationToken cancellationToken)
    {
        var key = (file.LayerId, file.Entry.Id);
        if (_open.TryGetValue(key, out var open))
            return open;
        open = await file.OpenAsync(codecs, cancellationToken).ConfigureAwait(false);
        if (_open.Count >= MaxFiles)
            _open.Clear();
        return _open.GetOrAdd(key, open);
    }
}
