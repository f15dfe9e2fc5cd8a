using Backup.Sql.Catalog;

namespace Backup.Sql.Engines;

/// <summary>One object that a restore makes.</summary>
/// <param name="Source">The object as it was backed up.</param>
/// <param name="Target">
/// The object as it is to be: same <see cref="ObjectDescriptor.Id"/>, perhaps another database, schema or name, perhaps
/// without the constraints and defaults whose other end is missing. The engine makes <see cref="ObjectDescriptor.Ddl"/>
/// agree with the rest.
/// </param>
public sealed record ObjectRestore(ObjectDescriptor Source, ObjectDescriptor Target)
{
    /// <summary>The kind of engine that the object was backed up from: its DDL is used when it is the same.</summary>
    public required string SourceEngine { get; init; }

    /// <summary>
    /// True when an equal object is there already: it is not made, but what refers to its id means the one of that
    /// name.
    /// </summary>
    public bool Exists { get; init; }

    /// <summary>
    /// True, together with <see cref="Exists"/>, for a table whose rows are replaced: readers see the old rows until
    /// the publication, and from then on those that were ingested. Its definition, indexes and triggers stay. Needs
    /// <see cref="EngineCapabilities.ReplaceRows"/>.
    /// </summary>
    /// <remarks>
    /// <see cref="Target"/> is the table that is there as the caller saw it, under the id of the source. When its
    /// columns or its key have changed since, the engine refuses with 55006, at the latest on publication. Foreign keys
    /// are checked in both directions.
    /// </remarks>
    public bool ReplacesRows { get; init; }

    /// <summary>Of a replacement: only the rows of these partitions are replaced; empty for all rows.</summary>
    public IReadOnlyList<string> Partitions { get; init; } = [];
}
