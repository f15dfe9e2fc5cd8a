using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit;

/// <summary>
/// Everything in a database at one time, rows and objects, as copies: what a test compares before a backup and after
/// the restore. Ids and the database's own name are left out, so that a renamed copy in another cluster is equal.
/// </summary>
/// <remarks>All rows are held in memory.</remarks>
public sealed class EngineContents
{
    private EngineContents(
        IReadOnlyDictionary<string, string> objects,
        IReadOnlyDictionary<string, TableContents> tables,
        HlcTimestamp time)
    {
        Objects = objects;
        Tables = tables;
        Time = time;
    }

    /// <summary>What each object is, as text, by kind, schema and name (<c>table public.orders</c>).</summary>
    public IReadOnlyDictionary<string, string> Objects { get; }

    /// <summary>The rows of each table by schema and name (<c>public.orders</c>).</summary>
    public IReadOnlyDictionary<string, TableContents> Tables { get; }

    /// <summary>The time of the snapshot that was read.</summary>
    public HlcTimestamp Time { get; }

    /// <summary>Reads a database.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="database">The database.</param>
    /// <param name="asOf">The time; null for now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The contents.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">As <see cref="IDatabaseEngine.OpenSnapshotAsync"/>.</exception>
    public static async Task<EngineContents> ReadAsync(
        IDatabaseEngine engine,
        string database,
        HlcTimestamp? asOf = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        var snapshot = await engine.OpenSnapshotAsync(
            new SnapshotRequest { Databases = [database], AsOf = asOf }, cancellationToken).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        return await ReadAsync(snapshot, database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a database out of a snapshot.</summary>
    /// <param name="snapshot">The snapshot; it stays open.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The contents.</returns>
    public static async Task<EngineContents> ReadAsync(
        IEngineSnapshot snapshot, string database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var all = await snapshot.Catalog.GetObjectsAsync(database, cancellationToken).ConfigureAwait(false);
        var names = all.ToDictionary(o => o.Id, ObjectText.NameOf);
        var tables = new Dictionary<string, TableContents>(StringComparer.Ordinal);
        foreach (var table in all.OfType<TableDescriptor>())
        {
            tables.Add(
                $"{table.Schema}.{table.Name}",
                await ReadTableAsync(snapshot, table, cancellationToken).ConfigureAwait(false));
        }

        return new EngineContents(
            all.ToDictionary(ObjectText.NameOf, o => ObjectText.Describe(o, id => names.GetValueOrDefault(id))),
            tables,
            snapshot.Timestamp);
    }

    /// <summary>Reads one table out of a snapshot.</summary>
    /// <param name="snapshot">The snapshot; it stays open.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its rows.</returns>
    public static async Task<TableContents> ReadTableAsync(
        IEngineSnapshot snapshot, TableDescriptor table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(table);
        var space = new TableSpace(table.Database, table.Id);
        var sink = new CollectedRows(1000);
        await snapshot.ExportAsync(
            space, KeySpan.All, ExportWindow.Full, sink, cancellationToken).ConfigureAwait(false);
        var shape = await snapshot.DescribeAsync(space, cancellationToken).ConfigureAwait(false);
        var rows = new SortedDictionary<byte[], byte[]>(ByteArrayComparer.Instance);
        foreach (var row in sink.Rows)
            rows.Add(row.Key, row.Value ?? throw new InvalidOperationException("A deletion was exported as a row."));
        return new TableContents(rows, shape.StableKeys);
    }

    /// <summary>Compares objects and rows.</summary>
    /// <param name="other">The other database.</param>
    /// <returns>The first difference as a sentence, or null when both are equal.</returns>
    public string? FindDifference(EngineContents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var name in Objects.Keys.Union(other.Objects.Keys).Order(StringComparer.Ordinal))
        {
            if (!Objects.TryGetValue(name, out var ours) || !other.Objects.TryGetValue(name, out var theirs))
                return $"Only one side has {name}.";
            if (ours != theirs)
                return $"{name} is\n{ours}against\n{theirs}";
        }

        return FindRowDifference(other);
    }

    /// <summary>Compares rows alone: of all tables that either side has.</summary>
    /// <param name="other">The other database.</param>
    /// <returns>The first difference as a sentence, or null when both are equal.</returns>
    public string? FindRowDifference(EngineContents other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var name in Tables.Keys.Union(other.Tables.Keys).Order(StringComparer.Ordinal))
        {
            if (!Tables.TryGetValue(name, out var ours) || !other.Tables.TryGetValue(name, out var theirs))
                return $"Only one side has table {name}.";
            if (ours.FindDifference(theirs) is { } difference)
                return $"Table {name}: {difference}";
        }

        return null;
    }
}
