using Microsoft.Win32.SafeHandles;

namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// Reads a file of our own that nobody changes: a copy aside or a database put together from its pages. No locks lie on
/// such a file, so that opening it by itself can lose none.
/// </summary>
internal sealed class FilePageReader : PageReader
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    public FilePageReader(string path, PageGeometry geometry)
        : base(geometry)
    {
        _path = path;
        _file = FileGuard.Run(
            path,
            "could not be opened",
            () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
    }

    public override void Dispose() => _file.Dispose();

    protected override void ReadStored(uint first, Span<byte> pages)
    {
        var offset = Offset(first);
        while (!pages.IsEmpty)
        {
            var read = Read(pages, offset);
            if (read == 0)
            {
                // A database file may end before its last page when that page is empty.
                pages.Clear();
                return;
            }

            pages = pages[read..];
            offset += read;
        }
    }

    private int Read(Span<byte> pages, long offset)
    {
        try
        {
            return RandomAccess.Read(_file, pages, offset);
        }
        catch (IOException failure)
        {
            throw SqliteErrors.FileFailed("could not be read", _path, failure);
        }
    }
}
