using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// What the author of an engine supplies to <see cref="EngineConformance"/>: a fresh engine, and ways to fill it by the
/// engine's own means. Each check has a fixture of its own, some have two at a time; disposing it removes what it made.
/// </summary>
public abstract class EngineConformanceFixture : IAsyncDisposable
{
    /// <summary>The kinds of column that the engine can hold, besides those that every engine must.</summary>
    public virtual IReadOnlyList<ColumnKind> MoreKinds => [];

    /// <summary>
    /// What can be done with the databases that the fixture makes, where the engine's databases differ; null (the
    /// default) for what <see cref="EngineInfo.Capabilities"/> says.
    /// </summary>
    public virtual EngineCapabilities? Abilities => null;

    /// <summary>
    /// True when dropping a table waits for the snapshots that hold it: then <see cref="DropTableAsync"/> must give up
    /// with an exception within seconds. False (the default) when it goes through and the snapshots keep the table.
    /// </summary>
    public virtual bool DropsWaitForSnapshots => false;

    /// <summary>
    /// True when the past has the rows only of tables that are still there and have a primary key: the catalog of the
    /// past shows the others too, and reading them must be refused. False (the default) when it has them all.
    /// </summary>
    public virtual bool PastNeedsKeys => false;

    /// <summary>
    /// Starts an engine on a cluster without databases of a user. Called once, before everything else; the suite
    /// disposes the engine before the fixture.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The engine.</returns>
    public abstract ValueTask<IDatabaseEngine> StartAsync(CancellationToken cancellationToken);

    /// <summary>Makes an empty database.</summary>
    /// <param name="database">Its name: letters and digits.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract ValueTask CreateDatabaseAsync(string database, CancellationToken cancellationToken);

    /// <summary>Makes an empty table.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract ValueTask CreateTableAsync(string database, SampleTable table, CancellationToken cancellationToken);

    /// <summary>Drops a table.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract ValueTask DropTableAsync(string database, SampleTable table, CancellationToken cancellationToken);

    /// <summary>Changes rows in one transaction. The suite calls it while snapshots are open and exports run.</summary>
    /// <param name="database">The database.</param>
    /// <param name="changes">The changes, in order.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract ValueTask ChangeAsync(
        string database, IReadOnlyList<SampleChange> changes, CancellationToken cancellationToken);

    /// <summary>Makes a view of all rows of a table.</summary>
    /// <param name="database">The database.</param>
    /// <param name="view">The view's name.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when the engine has no views: the default.</returns>
    public virtual ValueTask<bool> TryCreateViewAsync(
        string database,
        string view,
        SampleTable table,
        CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>
    /// Makes the engine forget all history that nothing holds. Needed only with
    /// <see cref="EngineCapabilities.RetentionHolds"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual ValueTask ForgetHistoryAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Removes what the fixture made.</summary>
    /// <returns>When done.</returns>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
