using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// Carries a database from a snapshot into a restore, as execution does, without a backup in between.
/// </summary>
internal sealed class Transfer(IEngineSnapshot source, string database, CancellationToken token)
{
    /// <summary>The kind of engine that the destination is told the objects come from; null: its own.</summary>
    public string? SourceEngine { get; init; }

    /// <summary>The database at the destination; null for the same name.</summary>
    public string? Into { get; init; }

    /// <summary>Picks the objects by kind or name. Default: all but the database.</summary>
    public Func<ObjectDescriptor, bool> Choose { get; init; } = _ => true;

    /// <summary>Gives the object as it is to be, the database aside. Default: unchanged.</summary>
    public Func<ObjectDescriptor, ObjectDescriptor> Change { get; init; } = o => o;

    /// <summary>Rows that are left out. Default: none.</summary>
    public Func<TableDescriptor, CollectedRow, bool> LeaveOut { get; init; } = (_, _) => false;

    /// <summary>
    /// The table that is there and whose rows those of an object replace; null to make the object. Default: null.
    /// </summary>
    public Func<ObjectDescriptor, TableDescriptor?> Replace { get; init; } = _ => null;

    /// <summary>The partitions that are replaced and carried over; none for whole tables.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];

    /// <summary>Makes the objects.</summary>
    public async Task CreateAsync(IDatabaseEngine destination, IRestoreTransaction restore)
    {
        var kind = SourceEngine ?? destination.Info.Kind;
        var objects = await ChosenAsync().ConfigureAwait(false);
        await restore.CreateAsync(
            [.. objects.Select(o => Replace(o) is { } there
                ? new ObjectRestore(o, there with { Id = o.Id })
                {
                    SourceEngine = kind, Exists = true, ReplacesRows = true, Partitions = Partitions,
                }
                : new ObjectRestore(o, Change(o with { Database = Into ?? database })) { SourceEngine = kind })],
            token).ConfigureAwait(false);
    }

    /// <summary>Ingests the rows of all tables, each span on a task of its own.</summary>
    public async Task IngestAsync(IRestoreTransaction restore)
    {
        foreach (var table in (await ChosenAsync().ConfigureAwait(false)).OfType<TableDescriptor>())
        {
            foreach (var space in Partitions.Count == 0
                ? [Exports.SpaceOf(table)]
                : Partitions.Select(name => Exports.SpaceOf(table) with { Partition = name }))
                await IngestAsync(restore, table, space).ConfigureAwait(false);
        }
    }

    /// <summary>Does all of it.</summary>
    public async Task RunAsync(IDatabaseEngine destination, bool intoNewDatabase, bool skipForeignKeyCheck = false)
    {
        var restore = await destination.BeginRestoreAsync(
            new RestoreRequest
            {
                Id = "conformance",
                NewDatabases = intoNewDatabase ? [Into ?? database] : [],
                SkipForeignKeyCheck = skipForeignKeyCheck,
            },
            token).ConfigureAwait(false);
        await using var _ = restore.ConfigureAwait(false);
        await CreateAsync(destination, restore).ConfigureAwait(false);
        await IngestAsync(restore).ConfigureAwait(false);
        await restore.CompleteAsync(token).ConfigureAwait(false);
        await restore.PublishAsync(token).ConfigureAwait(false);
    }

    private async Task IngestAsync(IRestoreTransaction restore, TableDescriptor table, TableSpace space)
    {
        var shape = await source.DescribeAsync(space, token).ConfigureAwait(false);
        var spans = await source.SplitAsync(space, 4000, token).ConfigureAwait(false);
        await Task.WhenAll(spans.Select(span => Task.Run(
            async () =>
            {
                var rows = await Exports.AllAsync(source, space, token, null, span).ConfigureAwait(false);
                rows.RemoveAll(row => LeaveOut(table, row));
                await restore.IngestAsync(
                    space with { Database = Into ?? database, Partition = null },
                    shape,
                    new ListedRows(rows),
                    token).ConfigureAwait(false);
            },
            token))).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ObjectDescriptor>> ChosenAsync()
    {
        var objects = await source.Catalog.GetObjectsAsync(database, token).ConfigureAwait(false);
        return [.. objects.Where(Choose)];
    }
}
