namespace Backup.Sql.Catalog;

/// <summary>A column's type in neutral terms.</summary>
/// <param name="Kind">The kind of value.</param>
public sealed record ColumnType(ColumnKind Kind)
{
    /// <summary>Largest number of digits, characters, bits or bytes; null for no limit.</summary>
    public int? Precision { get; init; }

    /// <summary>Digits after the point of a decimal; null for no limit.</summary>
    public int? Scale { get; init; }

    /// <summary>The element type of an array; null for other kinds.</summary>
    public ColumnType? Element { get; init; }

    /// <summary>Id of the user-defined type; null for built-in ones.</summary>
    public long? TypeId { get; init; }
}
