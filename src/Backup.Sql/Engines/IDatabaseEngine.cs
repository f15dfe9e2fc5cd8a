using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>
/// A database engine, seen as one cluster: the contract that an engine's author implements and proves with the
/// conformance suite of the TestKit. All members may be called concurrently. Abilities beyond it are flags of
/// <see cref="EngineInfo.Capabilities"/> with an interface of their own.
/// </summary>
/// <remarks>
/// Errors are <see cref="Diagnostics.BackupSqlException"/>s; a driver's exception is wrapped, never thrown.
/// </remarks>
public interface IDatabaseEngine : IAsyncDisposable
{
    /// <summary>What the engine is.</summary>
    EngineInfo Info { get; }

    /// <summary>The engine's clock. Later calls never give earlier times.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Now.</returns>
    ValueTask<HlcTimestamp> GetCurrentTimeAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens the catalog.</summary>
    /// <param name="asOf">The time; null for now. Other times need <see cref="EngineCapabilities.TimeTravel"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The catalog at that time.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">22008 when the engine no longer keeps that time.</exception>
    ValueTask<ICatalogReader> OpenCatalogAsync(HlcTimestamp? asOf, CancellationToken cancellationToken = default);

    /// <summary>Opens one consistent point of the databases named: no commit falls between any two of them.</summary>
    /// <param name="request">What and when.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The snapshot; writers go on while it is open.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">3D000 unknown database; 22008 time not kept.</exception>
    ValueTask<IEngineSnapshot> OpenSnapshotAsync(
        SnapshotRequest request, CancellationToken cancellationToken = default);

    /// <summary>Starts a restore that nobody sees before it is published.</summary>
    /// <param name="request">What kind of restore.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The restore; disposing it unpublished leaves no trace.</returns>
    ValueTask<IRestoreTransaction> BeginRestoreAsync(
        RestoreRequest request, CancellationToken cancellationToken = default);
}
