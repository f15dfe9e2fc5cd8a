namespace Backup.Sql.Catalog;

/// <summary>A user-defined type.</summary>
public sealed record TypeDescriptor : ObjectDescriptor
{
    /// <summary>The values of an enumeration in their order; empty for other types.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];
}
