using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Restore;

/// <summary>A table that a restore has made, or whose rows it replaces.</summary>
/// <param name="restore">What was asked for.</param>
/// <param name="definition">The definition, where the table comes from PostgreSQL; null for others.</param>
internal sealed class RestoredTable(ObjectRestore restore, TableDefinition? definition)
{
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    public TableDescriptor Source => (TableDescriptor)restore.Source;

    public TableDescriptor Target => (TableDescriptor)restore.Target;

    public TableDefinition? Definition => definition;

    public bool ReplacesRows => restore.ReplacesRows;

    public IReadOnlyList<string> Partitions => restore.Partitions;

    /// <summary>True when the table has another name or schema than it had.</summary>
    public bool IsMoved => Source.Name != Target.Name || Source.Schema != Target.Schema;

    /// <summary>True when its rows come from another engine.</summary>
    public bool IsForeign => restore.SourceEngine != PostgresEngine.Kind;

    public bool IsPartitioned => definition?.PartitionKey is not null;

    public string Schema => Target.Schema ?? NeutralDdl.DefaultSchema;

    /// <summary>The quoted name.</summary>
    public string Place => Quote.Name(Schema, Target.Name);

    /// <summary>The name for people.</summary>
    public string FullName => $"{Target.Database}.{Schema}.{Target.Name}";

    /// <summary>The columns that rows fill, in the order of records.</summary>
    public IReadOnlyList<IngestColumn> Columns { get; set; } = [];

    /// <summary>What COPY fills.</summary>
    public string CopyTarget => Columns.Count == 0
        ? Place
        : $"{Place} ({string.Join(", ", Columns.Select(column => Quote.Name(column.Name)))})";

    /// <summary>True for the first of those who bring rows: it may empty the table once more, for speed.</summary>
    public bool IsFirst() => Interlocked.Exchange(ref _started, 1) == 0;

    /// <summary>Lets the others start.</summary>
    public void Emptied() => _emptied.TrySetResult();

    public Task WaitUntilEmptiedAsync(CancellationToken cancellationToken) =>
        _emptied.Task.WaitAsync(cancellationToken);
}
