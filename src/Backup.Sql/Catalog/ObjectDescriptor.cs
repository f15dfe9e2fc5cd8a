using System.Text.Json.Serialization;

namespace Backup.Sql.Catalog;

/// <summary>
/// What an engine says of one object of its catalog at one time: enough to list it, to resolve names and dependencies,
/// and to make it again, in the same engine (by <see cref="Ddl"/>) or in another one (by the neutral members).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DatabaseDescriptor), "database")]
[JsonDerivedType(typeof(SchemaDescriptor), "schema")]
[JsonDerivedType(typeof(TableDescriptor), "table")]
[JsonDerivedType(typeof(ViewDescriptor), "view")]
[JsonDerivedType(typeof(SequenceDescriptor), "sequence")]
[JsonDerivedType(typeof(TypeDescriptor), "type")]
[JsonDerivedType(typeof(FunctionDescriptor), "function")]
[JsonDerivedType(typeof(TriggerDescriptor), "trigger")]
public abstract record ObjectDescriptor
{
    private protected ObjectDescriptor()
    {
    }

    /// <summary>
    /// The engine's number of the object: unique in the cluster, stable for as long as the object lives.
    /// </summary>
    public required long Id { get; init; }

    /// <summary>The database that the object lies in; for a database its own name.</summary>
    public required string Database { get; init; }

    /// <summary>The schema that the object lies in; null for databases and schemas.</summary>
    public string? Schema { get; init; }

    /// <summary>The object's own name, in the engine's stored spelling.</summary>
    public required string Name { get; init; }

    /// <summary>The engine's own statement that makes the object; null where it has none.</summary>
    public string? Ddl { get; init; }

    /// <summary>
    /// Ids of the objects that must exist for this one to work: a view's tables, a table's types and functions.
    /// </summary>
    public IReadOnlyList<long> DependsOn { get; init; } = [];

    /// <summary>The owner; null where the engine knows none.</summary>
    public string? Owner { get; init; }

    /// <summary>What else the engine needs to make the object exactly; names and values are the engine's own.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = NoProperties;

    private static readonly Dictionary<string, string> NoProperties = [];
}
