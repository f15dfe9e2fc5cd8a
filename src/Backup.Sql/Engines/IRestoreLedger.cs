namespace Backup.Sql.Engines;

/// <summary>
/// Of engines with <see cref="EngineCapabilities.RestoreLedger"/>: the engine remembers which restores it has
/// published, so that whoever goes on with the work of a process that died can tell whether anything is left to do.
/// </summary>
public interface IRestoreLedger
{
    /// <summary>
    /// Tells whether a restore with <see cref="RestoreRequest.Remember"/> was published, by whatever process, and was
    /// not forgotten since. A publication that its process did not live to finish is finished first; what dead
    /// processes had staged and not committed is removed.
    /// </summary>
    /// <param name="id">The restore's <see cref="RestoreRequest.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if everything that it restored is visible, or was until somebody dropped it.</returns>
    ValueTask<bool> IsPublishedAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets a restore, and removes what is staged under its id. Nothing that was published changes; an unknown id is
    /// fine.
    /// </summary>
    /// <param name="id">The restore's <see cref="RestoreRequest.Id"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ForgetAsync(string id, CancellationToken cancellationToken = default);
}
