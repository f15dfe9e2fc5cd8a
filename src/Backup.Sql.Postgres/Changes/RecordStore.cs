namespace Backup.Sql.Postgres.Changes;

/// <summary>Records of a window's rows, in memory up to a bound: those beyond it are looked up.</summary>
internal sealed class RecordStore
{
    private const int ChunkBytes = 1 << 20;
    private const int MostBytes = 32 << 20;

    private byte[] _chunk = [];
    private int _used;
    private int _left = MostBytes;

    /// <summary>Keeps a record.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool TryAdd(ReadOnlySpan<byte> record, out ReadOnlyMemory<byte> kept)
    {
        kept = default;
        if (record.Length > _left || record.Length > ChunkBytes)
            return false;
        if (record.Length > _chunk.Length - _used)
            (_chunk, _used) = (GC.AllocateUninitializedArray<byte>(ChunkBytes), 0);
        record.CopyTo(_chunk.AsSpan(_used));
        kept = _chunk.AsMemory(_used, record.Length);
        _used += record.Length;
        _left -= record.Length;
        return true;
    }
}
