using Backup.Sql.Rows;

namespace Backup.Sql.Engines;

/// <summary>
/// A restore in the making: invisible until published, gone without a trace when disposed before. Calls come in the
/// order create, ingest, complete, publish.
/// </summary>
public interface IRestoreTransaction : IAsyncDisposable
{
    /// <summary>
    /// What the restore could not carry over, as sentences for the user. Complete after <see cref="CompleteAsync"/>.
    /// </summary>
    IReadOnlyList<string> Notices { get; }

    /// <summary>
    /// Makes tables, types, sequences, without indexes, constraints on other tables, and triggers. Not called with what
    /// lies in databases that come as page spaces.
    /// </summary>
    /// <param name="objects">The objects, each after what it depends on.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Diagnostics.BackupSqlException">42P07 a table of that name exists; 55006 a table whose rows
    /// are to be replaced has another shape by now.</exception>
    ValueTask CreateAsync(IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes rows. May be called several times for one space and concurrently, with disjoint ranges of keys; an engine
    /// that has one writer queues the calls itself.
    /// </summary>
    /// <param name="space">
    /// The destination: a <see cref="TableSpace"/> with the id of a created table, or the <see cref="PageSpace"/> of a
    /// new database.
    /// </param>
    /// <param name="shape">The shape of the space at the layer restored; pages say how many there are.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask IngestAsync(
        Space space, SpaceShape shape, IRowSource rows, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes, constraints, views, triggers; checks foreign keys; makes all of it durable.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Diagnostics.BackupSqlException">23503 rows without the rows that they refer to, the first ones
    /// named.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes everything visible at once. After it has returned nothing can undo the restore; where it throws nothing
    /// was published. A process may die between the publication and whatever it does next: with
    /// <see cref="RestoreRequest.Remember"/> the next one finds out.
    /// </summary>
    /// <param name="cancellationToken">Ends the call before the point of no return, not after.</param>
    /// <exception cref="Diagnostics.BackupSqlException">42P04, 42P07 somebody took a name meanwhile; 55006 somebody
    /// changed a table whose rows are to be replaced; nothing was changed.</exception>
    ValueTask PublishAsync(CancellationToken cancellationToken = default);
}
