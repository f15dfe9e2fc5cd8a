using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>A database put together aside, in a scratch directory of its own that goes with it.</summary>
internal sealed class MaterialisedDatabase(IPageMaterialisation pages, string scratchDirectory) : IAsyncDisposable
{
    private IEngineSnapshot? _snapshot;

    /// <summary>The database, once it is open.</summary>
    public IEngineSnapshot Snapshot => _snapshot!;

    public async Task OpenAsync(HlcTimestamp? asOf, CancellationToken cancellationToken) =>
        _snapshot = await pages.OpenAsync(asOf, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_snapshot is not null)
            await _snapshot.DisposeAsync().ConfigureAwait(false);
        await pages.DisposeAsync().ConfigureAwait(false);
        try
        {
            Directory.Delete(scratchDirectory, recursive: true);
        }
        catch (IOException)
        {
            // Another database of the same restore may still lie there; the last one to go takes the directory along.
        }
    }
}
