namespace Backup.Sql.Sqlite.History;

/// <summary>A column of a WITHOUT ROWID table's key.</summary>
/// <param name="Ordinal">Its place among the stored columns.</param>
/// <param name="Collation">How the key compares it.</param>
internal sealed record KeyPart(int Ordinal, string Collation);
