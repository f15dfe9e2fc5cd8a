using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds RESTORE SNAPSHOT. What it names is looked up in the snapshot, by planning.</summary>
internal sealed class SnapshotRestoreBinder(BindingContext context)
{
    private const int DefaultReplicas = 3;

    private static readonly string[] Known =
        ["backup_timestamp", "replication_num", "allow_load", "meta_version", "starrocks_meta_version", "timeout"];

    public BoundRestore Bind(RestoreSnapshotStatement statement)
    {
        var (label, repository) = SnapshotNames.Head(
            statement.Snapshot, statement.Repository, statement.Catalogs, statement.Database is not null,
            !statement.Objects.IsEmpty);
        var (source, destination) = Databases(statement);
        var properties = new SnapshotProperties("RESTORE", statement.Properties, Known);
        properties.Count("meta_version", 1);
        properties.Count("starrocks_meta_version", 1);
        var restore = new SnapshotRestore(
            label,
            properties.Timestamp() ?? throw Errors.MissingTimestamp(label, ValueBinder.PlaceOf(statement)),
            repository,
            properties.Timeout())
        {
            Source = source,
            Destination = destination,
            Targets = Targets(statement),
            Objects = [.. statement.Objects.Select(o => SnapshotNames.Show(o, ""))],
            AllowLoad = properties.AllowLoad(),
            ReplicationNum = properties.Count("replication_num", DefaultReplicas),
        };
        return new BoundRestore
        {
            Engine = context.DefaultEngine, // until it is known which one holds the destination
            Kind = RestoreTargetKind.Snapshot,
            Collection = "",
            Detached = true,
            Snapshot = restore,
            MaskedText = SqlFormatter.Format(statement),
            Description = SqlFormatter.Format(statement, FormatMode.Described),
        };
    }

    /// <summary>
    /// A name before the snapshot's is the destination; DATABASE names the one in the snapshot and, by its alias or
    /// without a name before, the destination.
    /// </summary>
    private (string? Source, string? Destination) Databases(RestoreSnapshotStatement statement)
    {
        var prefix = statement.Snapshot.Parts.Count > 1 ? statement.Snapshot.Parts[0].Text : null;
        if (statement.Database is not { } database)
            return (null, prefix ?? context.CurrentDatabase);
        if (prefix is not null && database.Alias is not null)
            throw Errors.DatabaseNamedTwice(ValueBinder.PlaceOf(database.Alias));
        return (database.Name.Text, prefix ?? database.Alias?.Text ?? database.Name.Text);
    }

    private static List<SnapshotTarget> Targets(RestoreSnapshotStatement statement)
    {
        SnapshotNames.RefuseRepetition(statement.Objects);
        var targets = new List<SnapshotTarget>();
        foreach (var o in statement.Objects)
        {
            if (o.Name is { Parts.Count: > 1 })
                throw Errors.QualifiedInRestore(ValueBinder.PlaceOf(o.Name));
            targets.Add(new SnapshotTarget(SnapshotNames.KindOf(o), o.Name?.Last.Text, o.Span.Line, o.Span.Column)
            {
                As = o.Alias?.Text,
                Partitions = SnapshotNames.Partitions(o),
            });
        }

        RefuseAliases(statement);
        return targets;
    }

    /// <summary>No two objects may get one name, nor one the name of another that keeps its own.</summary>
    private static void RefuseAliases(RestoreSnapshotStatement statement)
    {
        var names = statement.Objects.Where(o => o is { Name: not null, Alias: null })
            .Select(o => (o.Type == SnapshotObjectType.Function, o.Name!.Last.Text)).ToHashSet();
        foreach (var o in statement.Objects)
        {
            if (o.Alias is { } alias && !names.Add((o.Type == SnapshotObjectType.Function, alias.Text)))
                throw Errors.NamedTwice("alias", alias.Text, ValueBinder.PlaceOf(alias));
        }
    }
}
