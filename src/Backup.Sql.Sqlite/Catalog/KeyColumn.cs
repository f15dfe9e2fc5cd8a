namespace Backup.Sql.Sqlite.Catalog;

/// <summary>A column of a WITHOUT ROWID table's primary key.</summary>
/// <param name="Ordinal">Its place among the stored columns.</param>
/// <param name="IsBinary">True when it is ordered upwards by the BINARY collation, as keys of bytes are.</param>
internal readonly record struct KeyColumn(int Ordinal, bool IsBinary);
