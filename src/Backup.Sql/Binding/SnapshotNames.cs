using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>What holds for the ON list of both snapshot statements, whatever the names stand for.</summary>
internal static class SnapshotNames
{
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
