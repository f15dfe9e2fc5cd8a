using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;

namespace Backup.Sql.Execution;

/// <summary>
/// Compares what is there with what a restore brings for it. Tables must have the same columns and key and views and
/// functions the same text: only then rows can be replaced and the others left as they are.
/// </summary>
internal static class DestinationCheck
{
    /// <summary>Compares.</summary>
    /// <param name="engine">The engine restored into.</param>
    /// <param name="objects">What is restored; the targets have the names that they have there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">42P07 a shape differs; 55006 an object has gone.</exception>
    public static async Task RunAsync(
        IDatabaseEngine engine, IReadOnlyList<ObjectRestore> objects, CancellationToken cancellationToken)
    {
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        foreach (var database in objects.GroupBy(o => o.Target.Database, StringComparer.Ordinal))
        {
            var there = await catalog.GetObjectsAsync(database.Key, cancellationToken).ConfigureAwait(false);
            foreach (var restore in database)
                Compare(restore, there, restore.SourceEngine == engine.Info.Kind);
        }
    }

    private static void Compare(ObjectRestore restore, IReadOnlyList<ObjectDescriptor> objects, bool sameEngine)
    {
        var target = restore.Target;
        var there = objects.FirstOrDefault(
            o => o.GetType() == target.GetType() && o.Name == target.Name && o.Schema == target.Schema)
            ?? throw Errors.DestinationChanged(target.Name);
        if (DifferenceOf(restore.Source, there, sameEngine) is { } difference)
            throw Errors.DestinationDiffers(KindOf(restore.Source), target.Name, difference);
    }

    private static string? DifferenceOf(ObjectDescriptor source, ObjectDescriptor there, bool sameEngine)
    {
        if (source.GetType() != there.GetType())
            return $"It is a {KindOf(there)} there, and a {KindOf(source)} in the snapshot.";
        return (source, there) switch
        {
            (TableDescriptor table, TableDescriptor other) => DifferenceOf(table, other, sameEngine),
            (ViewDescriptor or FunctionDescriptor, _) when sameEngine && source.Ddl != there.Ddl =>
                $"It is defined there as {there.Ddl}, and in the snapshot as {source.Ddl}.",
            (TypeDescriptor type, TypeDescriptor other)
                when !type.Members.SequenceEqual(other.Members, StringComparer.Ordinal) =>
                "It has other members.",
            _ => null,
        };
    }

    private static string? DifferenceOf(TableDescriptor source, TableDescriptor there, bool sameEngine)
    {
        if (source.Columns.Count != there.Columns.Count)
            return $"It has {there.Columns.Count} columns there, and {source.Columns.Count} in the snapshot.";
        foreach (var (theirs, ours) in source.Columns.Zip(there.Columns))
        {
            if (theirs.Name != ours.Name || ShapeOf(theirs, sameEngine) != ShapeOf(ours, sameEngine))
                return $"Column {ours.Name} is {ShapeOf(ours, sameEngine)} there,"
                    + $" and column {theirs.Name} {ShapeOf(theirs, sameEngine)} in the snapshot.";
        }

        if (!source.PrimaryKey.SequenceEqual(there.PrimaryKey, StringComparer.Ordinal))
            return $"Its key is ({string.Join(", ", there.PrimaryKey)}) there,"
                + $" and ({string.Join(", ", source.PrimaryKey)}) in the snapshot.";
        return source.Partitions.SequenceEqual(there.Partitions, StringComparer.Ordinal)
            ? null
            : "It has other partitions.";
    }

    /// <summary>
    /// A user-defined type has another number in each cluster, so that it is compared by what else is known.
    /// </summary>
    private static string ShapeOf(ColumnDescriptor column, bool sameEngine)
    {
        var type = sameEngine && column.EngineType is { Length: > 0 } own
            ? own
            : column.Type.Kind.ToString().ToUpperInvariant() + SizeOf(column.Type);
        return column.Nullable ? type : type + " NOT NULL";
    }

    private static string SizeOf(ColumnType type) => (type.Precision, type.Scale) switch
    {
        (null, _) => "",
        ({ } precision, null) => $"({precision})",
        var (precision, scale) => $"({precision}, {scale})",
    };

    private static string KindOf(ObjectDescriptor o) => o switch
    {
        TableDescriptor => "table",
        ViewDescriptor { Materialized: true } => "materialized view",
        ViewDescriptor => "view",
        SequenceDescriptor => "sequence",
        TypeDescriptor => "type",
        _ => "function",
    };
}
