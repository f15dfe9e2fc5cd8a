namespace Backup.Sql.Storage;

/// <summary>
/// Where backups lie: names and bytes, nothing of their format. A store is opened at a location; names are relative to
/// it, parts separated by <c>/</c>; <see cref="ObjectName"/> has the rules, and what breaks them is refused with 22023.
/// No name may be another name's beginning up to a slash: not every store could hold both.
/// </summary>
/// <remarks>
/// Obligations of every store, checked by the conformance suite of the TestKit: an object becomes visible whole or not
/// at all; once a put has been acknowledged it is durable and every later read and listing sees it; nothing is
/// overwritten; a cancelled or failed put leaves nothing or, when it failed at its very end, the whole object; a call
/// whose token is cancelled before it starts does nothing. Every call may run concurrently with every other.
/// Errors are <see cref="Diagnostics.BackupSqlException"/>s: 58P01 not found, 58P02 exists, 42501 access denied, 53100
/// full, 58030 anything else, with <c>Transient</c> set where another try may succeed. A transient error
/// says nothing about whether the call took effect.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>What the store can do, as found when it was opened.</summary>
    StoreCapabilities Capabilities { get; }

    /// <summary>
    /// Starts an object that is written in parts. Nothing is visible before <see cref="IObjectWriter.CompleteAsync"/>.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The writer; disposing it before completion leaves nothing behind.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 58P02 at the latest on completion, when the name is taken.
    /// </exception>
    ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts a small object in one call, only if the name is free: of several callers exactly one succeeds. This is how
    /// a backup commits. Retries tell their own earlier try from somebody else's object by its bytes, so content that
    /// must have one author holds something that only this author writes.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="content">All of its bytes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// True if this call created the object, false if the name was taken (by other bytes or the same).
    /// </returns>
    ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Fills the buffer with the object's bytes from an offset on: all of it or an error, never less.
    /// </summary>
    /// <param name="name">The object's name.</param>
    /// <param name="offset">First byte wanted.</param>
    /// <param name="buffer">Is filled whole.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 58P01 no such object; XX001 it ends before the range does.
    /// </exception>
    ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Asks for an object's size.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What is known of the object, or null if there is none.</returns>
    ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists objects and prefixes in ascending order of their names' UTF-8 bytes. What is put or deleted meanwhile may
    /// or may not be seen; everything else is.
    /// </summary>
    /// <param name="request">What to list.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>Objects and, with a delimiter, common prefixes.</returns>
    IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object; a missing one is fine.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what puts have left below a directory that nobody will complete: their processes died. No object is
    /// touched, and no put of a living process. Default: the store has no such remains.
    /// </summary>
    /// <param name="directory">
    /// The beginning of names, up to and with a slash; or empty for all of the location, which a store that would have
    /// to walk through it leaves to calls that say more.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default) => default;

    /// <summary>
    /// Deletes objects, in any order; missing ones are fine. When the call fails some are gone and some are not, and it
    /// may be repeated. Where one request deletes many (<see cref="StoreCapabilities.BatchDelete"/>) it does so here;
    /// else they go one by one.
    /// </summary>
    /// <param name="names">The objects' names.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    async ValueTask DeleteManyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
            await DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }
}
