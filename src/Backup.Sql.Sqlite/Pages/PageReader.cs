namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// Reads the pages of one snapshot. One thread at a time; readers of one snapshot may work side by side.
/// </summary>
internal abstract class PageReader(PageGeometry geometry) : IDisposable
{
    private readonly uint _lockPage = PageNumbers.LockPage(geometry.PageSize);

    /// <summary>Page size and number of pages.</summary>
    public PageGeometry Geometry { get; } = geometry;

    /// <summary>Reads consecutive pages.</summary>
    /// <param name="first">The first page; all pages lie within the snapshot.</param>
    /// <param name="pages">Is filled: whole pages.</param>
    public void Read(uint first, Span<byte> pages)
    {
        ReadStored(first, pages);

        // What happens to lie in the lock page is not part of the database.
        if (_lockPage >= first && _lockPage - first < pages.Length / Geometry.PageSize)
            pages.Slice((int)(_lockPage - first) * Geometry.PageSize, Geometry.PageSize).Clear();
    }

    /// <summary>Reads a page of a b-tree.</summary>
    public TreePage ReadTreePage(uint number, Span<byte> buffer, string database)
    {
        if (number == 0 || number > Geometry.PageCount)
            throw SqliteErrors.MalformedTree(database, number);
        Read(number, buffer);
        var page = new TreePage(number, buffer);
        return page.IsTreePage ? page : throw SqliteErrors.MalformedTree(database, number);
    }

    public abstract void Dispose();

    protected abstract void ReadStored(uint first, Span<byte> pages);

    protected long Offset(uint page) => (long)(page - 1) * Geometry.PageSize;
}
