namespace Backup.Sql.Collections;

/// <summary>How big a table was at a layer's end.</summary>
/// <param name="TableId">The table.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Bytes that its rows took in the engine.</param>
/// <param name="IndexEntries">Entries of all its secondary indexes.</param>
internal sealed record TableFigures(long TableId, long Rows, long Bytes, long IndexEntries);
