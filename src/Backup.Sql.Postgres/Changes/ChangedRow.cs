namespace Backup.Sql.Postgres.Changes;

/// <summary>A key that changed.</summary>
/// <param name="Key">The key.</param>
/// <param name="Fate">What the log says about its row.</param>
/// <param name="Record">The row as it is since, where it is told.</param>
internal readonly record struct ChangedRow(ReadOnlyMemory<byte> Key, RowFate Fate, ReadOnlyMemory<byte> Record);
