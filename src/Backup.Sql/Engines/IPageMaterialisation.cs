using Backup.Sql.Catalog;
using Backup.Sql.Rows;

namespace Backup.Sql.Engines;

/// <summary>A database being put together from its pages, aside. Disposing it removes the scratch files.</summary>
public interface IPageMaterialisation : IAsyncDisposable
{
    /// <summary>Takes pages. May be called several times and concurrently, with disjoint ranges.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask IngestAsync(IRowSource pages, CancellationToken cancellationToken = default);

    /// <summary>Opens what was put together, after the last page.</summary>
    /// <param name="asOf">
    /// Null for the state that the pages hold; else a time before, to which the history inside the pages leads back.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A snapshot of the one database, under the space's database name and with its object ids; to be disposed
    /// before this.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">22008 the pages hold no history back to that time.</exception>
    ValueTask<IEngineSnapshot> OpenAsync(HlcTimestamp? asOf = null, CancellationToken cancellationToken = default);
}
