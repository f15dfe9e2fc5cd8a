namespace Backup.Sql.Sqlite.Pages;

/// <summary>How a database file is cut.</summary>
/// <param name="PageSize">Bytes per page: a power of two from 512 to 65536.</param>
/// <param name="PageCount">Pages at the moment of the snapshot.</param>
internal readonly record struct PageGeometry(int PageSize, uint PageCount)
{
    public long Bytes => (long)PageSize * PageCount;

    public static bool IsPageSize(int bytes) => bytes is >= 512 and <= 65536 && int.IsPow2(bytes);
}
