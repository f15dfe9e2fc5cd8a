using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// Gives the data files of one layer their names and completes them in the background, so that nobody who has rows to
/// encode waits for a disk to flush. Names hold the layer's id: two jobs that write to the same directory never meet.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A source of cancellation without a timer holds nothing that must be given back.")]
internal sealed class LayerFiles(IObjectStore store, string directory, string layerId, long lastId = 0,
    FilePlacement? placement = null, Sealer? sealer = null)
{
    private const int PrefixDigits = 16;

    // Enough to keep workers going; each may hold buffers and a connection of the store.
    private const int MaxCompleting = 4;

    private readonly Lock _gate = new();
    private readonly List<Task> _completing = [];
    private readonly HashSet<string> _durable = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _givenUp = new();
    private long _lastId = lastId;

    /// <summary>The layer.</summary>
    public string LayerId => layerId;

    /// <summary>Seals the files; null for none.</summary>
    public Sealer? Sealer => sealer;

    /// <summary>Prefix of the names of all data files of a layer, below its directory.</summary>
    public static string NamePrefix(string layerId) => $"{CollectionLayout.Data}{layerId[..PrefixDigits]}-";

    /// <summary>The locality whose location takes the files of a span; null for the default one.</summary>
    public string? PlaceOf(KeySpan span) => placement?.For(span.Locality);

    /// <summary>Starts a data file at the location of a locality; null for the default one.</summary>
    public async ValueTask<(string Name, long Id, IObjectWriter Writer)> BeginAsync(
        string? locality, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var name = NamePrefix(layerId) + id.ToString("d6", CultureInfo.InvariantCulture)
            + (locality is null ? "" : LocalityStore.TagOf(locality));
        var writer = await store.BeginPutAsync(CollectionLayout.Join(directory, name), cancellationToken)
            .ConfigureAwait(false);
        return (name, id, writer);
    }

    /// <summary>A file of the layer that is complete.</summary>
    public DataFile Locate(DataFileEntry entry) =>
        new(store, CollectionLayout.Join(directory, entry.Name), layerId, entry, sealer?.Key);

    /// <summary>Deletes a file that is not needed any more. No manifest will list it, so it may as well stay.</summary>
    public async ValueTask DiscardAsync(DataFileEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(CollectionLayout.Join(directory, entry.Name), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error.SqlState == SqlStates.InsufficientPrivilege)
        {
            // Deleting is a right that a backup does not need, and a locked bucket refuses it.
        }
    }

    /// <summary>Waits until another file may be completed; concurrent callers may pass the limit by one each.</summary>
    /// <exception cref="BackupSqlException">What made an earlier completion fail.</exception>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task oldest;
            lock (_gate)
            {
                _completing.RemoveAll(task => task.IsCompletedSuccessfully);
                if (_completing.Count < MaxCompleting)
                    return;
                oldest = _completing[0];
            }

            await oldest.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes a file in the background.</summary>
    /// <param name="name">The file's name below the layer's directory.</param>
    /// <param name="writer">The file, all parts of which are written. It is disposed in any case.</param>
    /// <param name="cancellationToken">Ends the completion.</param>
    public void Complete(string name, IObjectWriter writer, CancellationToken cancellationToken)
    {
        lock (_gate)
            _completing.Add(Task.Run(() => FinishAsync(name, writer, cancellationToken), CancellationToken.None));
    }

    /// <summary>Tells whether a file that was handed over is in the store by now.</summary>
    public bool IsDurable(DataFileEntry file)
    {
        lock (_gate)
            return _durable.Contains(file.Name);
    }

    /// <summary>Waits until every file handed over is durable.</summary>
    /// <exception cref="BackupSqlException">What made a completion fail.</exception>
    public Task WhenDurableAsync()
    {
        lock (_gate)
            return Task.WhenAll(_completing);
    }

    /// <summary>Ends what is being completed, tries that are made again and again included.</summary>
    public Task GiveUpAsync() => _givenUp.CancelAsync();

    private async Task FinishAsync(string name, IObjectWriter writer, CancellationToken cancellationToken)
    {
        // The worker that handed the file over may be done for long when it is given up.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _givenUp.Token);
        await using (writer.ConfigureAwait(false))
            await writer.CompleteAsync(either.Token).ConfigureAwait(false);
        lock (_gate)
            _durable.Add(name);
    }
}
