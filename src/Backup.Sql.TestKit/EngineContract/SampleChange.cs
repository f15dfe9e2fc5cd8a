namespace Backup.Sql.TestKit.EngineContract;

/// <summary>A change of one row.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Table">The table.</param>
/// <param name="Key">The primary key's values; of an insertion into a table without one, empty.</param>
/// <param name="Values">
/// The values of all columns, of the types that <see cref="Memory.MemoryEngine"/> names; empty for a deletion.
/// </param>
public sealed record SampleChange(
    SampleChangeKind Kind, SampleTable Table, IReadOnlyList<object?> Key, IReadOnlyList<object?> Values);
