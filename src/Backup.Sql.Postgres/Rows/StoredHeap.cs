namespace Backup.Sql.Postgres.Rows;

/// <summary>A relation that holds rows.</summary>
/// <param name="Oid">Its number.</param>
/// <param name="Name">Its quoted name.</param>
/// <param name="Path">The partitions that lead to it from the table, the outermost first; its own name last.</param>
/// <param name="Blocks">Blocks of 8 KiB that it has by now.</param>
/// <param name="Bytes">Bytes, values stored out of line included.</param>
/// <param name="Rows">Rows: an estimate.</param>
internal sealed record StoredHeap(
    uint Oid, string Name, IReadOnlyList<string> Path, long Blocks, long Bytes, double Rows);
