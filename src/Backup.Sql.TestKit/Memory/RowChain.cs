namespace Backup.Sql.TestKit.Memory;

/// <summary>All versions of one row, newest first.</summary>
internal sealed class RowChain(byte[] key)
{
    public byte[] Key { get; } = key;

    public RowNode? Newest { get; set; }
}
