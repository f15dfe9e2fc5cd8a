namespace Backup.Sql.Collections.Format;

/// <summary>
/// Merges sorted runs that a layer was written in, until so few overlap that every reader can merge the rest in little
/// memory.
/// </summary>
/// <param name="files">The layer's files.</param>
/// <param name="options">How rows are put into files.</param>
/// <param name="codecs">Reads what was written.</param>
internal sealed class RunMerger(LayerFiles files, RowFileOptions options, CompressionCodecs codecs)
{
    /// <summary>Runs merged at a time, and runs left over at most.</summary>
    public const int MaxRuns = 8;

    /// <summary>Merges where necessary.</summary>
    /// <param name="written">The files as they were written.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The files that hold the rows now.</returns>
    public async ValueTask<IReadOnlyList<DataFileEntry>> ReduceAsync(
        IReadOnlyList<DataFileEntry> written, CancellationToken cancellationToken)
    {
        while (Cut(written) is { Count: > MaxRuns } runs)
        {
            // What is merged must be readable.
            await files.WhenDurableAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            var merged = new List<DataFileEntry>();
            foreach (var group in runs.Chunk(MaxRuns))
                merged.AddRange(await MergeAsync(group, cancellationToken).ConfigureAwait(false));
            await files.WhenDurableAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var entry in written)
                await files.DiscardAsync(entry, cancellationToken).ConfigureAwait(false);
            written = merged;
        }

        return written;
    }

    private IReadOnlyList<IReadOnlyList<DataFile>> Cut(IReadOnlyList<DataFileEntry> entries)
    {
        var sorted = entries.ToArray();
        Array.Sort(sorted, DataFileEntry.CompareByKey);
        return RunCursor.CutIntoRuns(sorted.Select(files.Locate));
    }

    private async ValueTask<IReadOnlyList<DataFileEntry>> MergeAsync(
        IReadOnlyList<IReadOnlyList<DataFile>> runs, CancellationToken cancellationToken)
    {
        var cache = new DataFileCache(codecs);
        var heap = new CursorHeap([.. runs.Select(run => new RunCursor(run, Rows.KeySpan.All, cache, 0, null))]);
        var output = new RowFileWriter(files, options);
        await using (heap.ConfigureAwait(false))
        await using (output.ConfigureAwait(false))
        {
            while (true)
            {
                if (heap.IsWaiting)
                    await heap.LoadAsync(cancellationToken).ConfigureAwait(false);
                if (heap.IsEmpty)
                    return await output.EndAsync(cancellationToken).ConfigureAwait(false);
                if (!output.Append(heap.Top.Rows.Row))
                    await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                heap.Step();
            }
        }
    }
}
