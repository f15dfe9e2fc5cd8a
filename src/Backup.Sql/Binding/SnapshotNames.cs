using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>What BACKUP and RESTORE SNAPSHOT have in common: their head and their list of objects.</summary>
internal static class SnapshotNames
{
    /// <summary>Binds what a statement begins with. External catalogs are refused.</summary>
    /// <param name="snapshot">The snapshot, perhaps behind a database.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="catalogs">The external catalogs; null for none.</param>
    /// <param name="namesDatabase">Whether the statement has DATABASE.</param>
    /// <param name="namesObjects">Whether the statement has ON.</param>
    public static (string Label, string Repository) Head(
        ObjectName snapshot, Name repository, ExternalCatalogs? catalogs, bool namesDatabase, bool namesObjects)
    {
        if (catalogs is not null)
        {
            var place = ValueBinder.PlaceOf(catalogs);
            throw namesDatabase || snapshot.Parts.Count > 1 ? Errors.CatalogsWith("a database", place)
                : namesObjects ? Errors.CatalogsWith("ON", place)
                : Errors.CatalogsNotSupported(place);
        }

        return (SnapshotBinder.Label(snapshot.Last), SnapshotBinder.RepositoryName(repository));
    }

    /// <summary>A list's member as results show it.</summary>
    /// <param name="o">The member.</param>
    /// <param name="prefix">What is put before a name; empty for nothing.</param>
    public static string Show(SnapshotObject o, string prefix)
    {
        if (o.Name is not { } name)
            return $"ALL {WordOf(KindOf(o)).ToUpperInvariant()}S";
        var partitions = o.Partitions is { } named
            ? $" PARTITION ({string.Join(", ", named.Partitions.Select(p => p.Text))})"
            : "";
        return prefix + name.Last.Text + partitions + (o.Alias is { } alias ? $" AS {alias.Text}" : "");
    }

    /// <summary>The kind of object that a list's member names.</summary>
    public static SnapshotTargetKind KindOf(SnapshotObject o) => o.Type switch
    {
        SnapshotObjectType.Table => SnapshotTargetKind.Table,
        SnapshotObjectType.MaterializedView => SnapshotTargetKind.MaterializedView,
        SnapshotObjectType.View => SnapshotTargetKind.View,
        _ => SnapshotTargetKind.Function,
    };

    /// <summary>The kind in words.</summary>
    public static string WordOf(SnapshotTargetKind kind) => kind switch
    {
        SnapshotTargetKind.Table => "table",
        SnapshotTargetKind.MaterializedView => "materialized view",
        SnapshotTargetKind.View => "view",
        _ => "function",
    };

    /// <summary>The names of a table's partitions, each once.</summary>
    public static IReadOnlyList<string> Partitions(SnapshotObject o)
    {
        if (o.Partitions is not { } partitions)
            return [];
        if (partitions.IsTemporary)
            throw Errors.TemporaryPartitions(ValueBinder.PlaceOf(partitions));
        var names = new List<string>();
        foreach (var name in partitions.Partitions)
        {
            if (names.Contains(name.Text, StringComparer.Ordinal))
                throw Errors.NamedTwice("partition", name.Text, ValueBinder.PlaceOf(name));
            names.Add(name.Text);
        }

        return names;
    }

    /// <summary>Refuses an object that is named twice; functions have names of their own.</summary>
    public static void RefuseRepetition(IEnumerable<SnapshotObject> objects)
    {
        var names = new HashSet<(bool, string)>();
        foreach (var o in objects)
        {
            if (o.Name is { } name && !names.Add((o.Type == SnapshotObjectType.Function, name.Last.Text)))
                throw Errors.NamedTwice(WordOf(KindOf(o)), name.Last.Text, ValueBinder.PlaceOf(o));
        }
    }
}
