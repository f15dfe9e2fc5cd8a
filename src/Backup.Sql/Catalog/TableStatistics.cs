namespace Backup.Sql.Catalog;

/// <summary>How big a table is.</summary>
/// <param name="Rows">Rows; exact inside a snapshot, an estimate elsewhere.</param>
/// <param name="Bytes">Bytes that its rows take in the engine.</param>
/// <param name="IndexEntries">Entries of all its secondary indexes.</param>
public readonly record struct TableStatistics(long Rows, long Bytes, long IndexEntries);
