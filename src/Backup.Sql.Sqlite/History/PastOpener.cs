using Backup.Sql.Catalog;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.History;

/// <summary>Opens databases as they were at a mark: copies aside, taken back with the log.</summary>
internal sealed class PastOpener(ConnectionSource connections)
{
    /// <summary>The last time up to the one wanted at which all databases have a mark.</summary>
    public HlcTimestamp Choose(IReadOnlyList<DatabaseFile> files, HlcTimestamp time)
    {
        var open = files.Select(connections.Open).ToList();
        try
        {
            var states = open.ConvertAll(connection =>
            {
                connection.Execute("BEGIN");
                return HistoryState.TryRead(connection) ?? throw SqliteErrors.NotTracked(connection.Database);
            });
            while (true)
            {
                var marks = states.ConvertAll(state => state.At(time).Time);
                time = marks.Min();
                if (marks.TrueForAll(mark => mark == time))
                    return time;
            }
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }
    }

    /// <summary>Opens a database as it was at a mark.</summary>
    /// <param name="file">The database.</param>
    /// <param name="time">The mark's time.</param>
    /// <param name="directory">Where the copy comes to lie.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public DatabaseSnapshot Open(
        DatabaseFile file, HlcTimestamp time, string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, file.Name + ".past");
        using (var source = connections.Open(file))
        {
            source.Execute("BEGIN");
            using var copy = connections.Open(path, file.Name, OpenMode.Create);
            copy.Execute("PRAGMA synchronous=OFF");
            copy.CopyFrom(source);

            // The backup interface counts it up, which would look like a change of the schema.
            var version = source.QueryInteger("PRAGMA schema_version");
            copy.Execute($"PRAGMA schema_version={Connection.Literal(version)}");
        }

        TakeBack(path, file.Name, time, whole: false, cancellationToken);
        return DatabaseSnapshot.OfFile(connections, path, file.Name, isPast: true);
    }

    /// <summary>Takes a file of our own back to the last mark that is not later than a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="database">The database's name.</param>
    /// <param name="time">The time.</param>
    /// <param name="whole">True to refuse a time of which not all tables are known; else those come out empty.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public void TakeBack(
        string path, string database, HlcTimestamp time, bool whole, CancellationToken cancellationToken)
    {
        using var connection = connections.Open(path, database, OpenMode.Existing);
        using var _ = connection.Interruptible(cancellationToken);
        if (!HistoryState.IsTracked(connection))
            throw SqliteErrors.NotTracked(database);
        HistoryRollback.Run(connection, state => whole ? state.WholeAt(time) : state.At(time));
    }

    /// <summary>Reads what a database held at the last mark that is not later than a time, without its rows.</summary>
    public SqliteSchema ReadSchema(DatabaseFile file, HlcTimestamp time)
    {
        using var connection = connections.Open(file);
        connection.Execute("BEGIN");
        var state = HistoryState.TryRead(connection) ?? throw SqliteErrors.NotTracked(file.Name);
        var mark = state.At(time);
        var now = SchemaReader.Read(connection);
        using var skeleton = connections.Open(":memory:", file.Name, OpenMode.Create);
        var encoding = now.Database.Properties[SqliteProperties.Pragma + "encoding"];
        skeleton.Execute($"PRAGMA encoding={Connection.Literal(encoding)}");
        HistorySkeleton.Build(skeleton, state.SchemaAt(mark), state.CountersAt(mark));
        var then = SchemaReader.ReadPast(skeleton, state.ExcludedAt(mark), state.TrackedAt(mark));
        return then with
        {
            Database = now.Database with
            {
                Properties = new Dictionary<string, string>(now.Database.Properties)
                {
                    [SqliteProperties.Pragma + "user_version"] = Connection.Literal(mark.UserVersion),
                    [SqliteProperties.Pragma + "application_id"] = Connection.Literal(mark.ApplicationId),
                },
            },
        };
    }
}
