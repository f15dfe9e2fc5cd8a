namespace Backup.Sql.Engines;

/// <summary>
/// Stops and resumes the applications that write to a store, so that a backup can be taken while no transaction is
/// open. A host registers one for each engine that it wants to pause. All members may be called concurrently.
/// </summary>
/// <remarks>
/// The model is the administration interface of ScalarDB (scalar-admin): pause with draining and a limit, resume, ask.
/// Errors are <see cref="Diagnostics.BackupSqlException"/>s; a call that fails or answers late counts as one that may
/// have paused, and is followed by <see cref="ResumeAsync"/>.
/// </remarks>
public interface IPauseController
{
    /// <summary>
    /// The tables in which the store keeps the state of transactions over several databases, as
    /// <c>database.table</c> or <c>database.schema.table</c>; they join the targets of every backup that pauses.
    /// </summary>
    IReadOnlyList<string> CoordinatorTables { get; }

    /// <summary>
    /// True for a store that recovers any point in time by itself: a backup keeps the time to recover to, no rows.
    /// </summary>
    bool RestorePointOnly { get; }

    /// <summary>How far the clocks of the members may differ from this host's, as far as is known; else zero.</summary>
    TimeSpan KnownClockSkew { get; }

    /// <summary>
    /// The nodes that a pause must reach. The same before and after a pause, or the pause counts for nothing.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Every node, in any order.</returns>
    ValueTask<IReadOnlyList<PauseMember>> GetMembersAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops every node from taking requests and waits for the open ones.</summary>
    /// <param name="request">Name and limits of the pause.</param>
    /// <param name="cancellationToken">Ends the call; the pause may stand or not then.</param>
    /// <returns>
    /// True when no request is open any more and none is taken; false when the open ones did not end within the limit:
    /// then the controller has lifted the pause.
    /// </returns>
    ValueTask<bool> PauseAsync(PauseRequest request, CancellationToken cancellationToken = default);

    /// <summary>Tells whether a pause has stood on every node without a break since it began.</summary>
    /// <param name="pauseId">The pause.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False for a pause that was lifted, by whomever, or that never was.</returns>
    ValueTask<bool> IsPausedAsync(string pauseId, CancellationToken cancellationToken = default);

    /// <summary>Lifts a pause; one that does not stand is fine, and so is calling it again.</summary>
    /// <param name="pauseId">The pause.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ResumeAsync(string pauseId, CancellationToken cancellationToken = default);
}
