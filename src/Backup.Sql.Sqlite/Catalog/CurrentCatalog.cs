using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Catalog;

/// <summary>
/// The catalog of all databases as it was when it was opened: read at once, so that no transaction stays open. A
/// database that cannot be read shows its error only to those who ask for what is in it.
/// </summary>
internal sealed class CurrentCatalog : ICatalogReader
{
    private sealed record Entry(DatabaseFile File, SqliteSchema? Schema, BackupSqlException? Failure);

    private readonly Dictionary<string, Entry> _databases = new(AsciiIgnoreCaseComparer.Instance);
    private readonly Func<DatabaseFile, DatabaseSnapshot> _openNow;

    private CurrentCatalog(Func<DatabaseFile, DatabaseSnapshot> openNow) => _openNow = openNow;

    /// <summary>Reads all databases.</summary>
    /// <param name="files">Their files.</param>
    /// <param name="open">Opens a connection.</param>
    /// <param name="openNow">Opens a short-lived view of one database, to count its rows.</param>
    /// <param name="read">Reads the schema of a database; null to read what it is now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static CurrentCatalog Read(
        IReadOnlyList<DatabaseFile> files,
        Func<DatabaseFile, Connection> open,
        Func<DatabaseFile, DatabaseSnapshot> openNow,
        Func<DatabaseFile, SqliteSchema>? read,
        CancellationToken cancellationToken)
    {
        var catalog = new CurrentCatalog(openNow);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                catalog._databases.Add(file.Name, new Entry(file, (read ?? ReadNow)(file), null));
            }
            catch (BackupSqlException failure)
            {
                catalog._databases.Add(file.Name, new Entry(file, null, failure));
            }
        }

        return catalog;

        SqliteSchema ReadNow(DatabaseFile file)
        {
            using var connection = open(file);
            connection.Execute("BEGIN");
            return SchemaReader.Read(connection);
        }
    }

    public ValueTask<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(
        CancellationToken cancellationToken = default) =>
        new([.. _databases.Values
            .OrderBy(entry => entry.File.Name, AsciiIgnoreCaseComparer.Instance)
            .Select(entry => entry.Schema?.Database ?? Unreadable(entry.File.Name))]);

    public ValueTask<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken = default) => new(Schema(database).Objects);

    /// <summary>Counts as of now: the catalog holds no transaction. A table that is gone by now has no rows.</summary>
    public async ValueTask<TableStatistics> GetStatisticsAsync(
        TableDescriptor table, long? rows = null, CancellationToken cancellationToken = default)
    {
        _ = Schema(table.Database).Table(table.Id);
        var database = _openNow(_databases[table.Database].File);
        await using (database.ConfigureAwait(false))
        {
            var now = new SnapshotCatalog(
                new Dictionary<string, DatabaseSnapshot>(AsciiIgnoreCaseComparer.Instance)
                {
                    [database.Name] = database,
                });
            var tables = await now.GetObjectsAsync(table.Database, cancellationToken).ConfigureAwait(false);
            return tables.Any(o => o.Id == table.Id)
                ? await now.GetStatisticsAsync(table, rows, cancellationToken).ConfigureAwait(false)
                : default;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DatabaseDescriptor Unreadable(string name) =>
        new() { Id = ObjectIds.Of(name, "database", string.Empty), Database = name, Name = name };

    private SqliteSchema Schema(string database)
    {
        if (!_databases.TryGetValue(database, out var entry))
            throw SqliteErrors.UnknownDatabase(database);
        return entry.Schema ?? throw entry.Failure!;
    }
}
