using System.Buffers;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Pages;
using Microsoft.Win32.SafeHandles;

namespace Backup.Sql.Sqlite.Restore;

/// <summary>
/// Puts a database file together from its pages, in pieces of 1 MiB, on as many threads as hand in pages. SQLite does
/// not have the file open meanwhile.
/// </summary>
internal sealed class PageFileWriter : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private readonly string _database;
    private readonly SafeFileHandle _file;
    private readonly PageGeometry _geometry;
    private long _taken;

    public PageFileWriter(string path, string database, SpaceShape shape)
    {
        if (!PageGeometry.IsPageSize(shape.PageSize) || shape.PageCount is < 0 or > uint.MaxValue - 1)
            throw SqliteErrors.WrongPage(
                database, $"{shape.PageCount} pages of {shape.PageSize} bytes are no SQLite database.");
        _database = database;
        _geometry = new PageGeometry(shape.PageSize, (uint)shape.PageCount);
        _file = FileGuard.Run(path, "could not be made", () =>
        {
            var file = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            RandomAccess.SetLength(file, _geometry.Bytes);
            return file;
        });
        Path = path;
    }

    public string Path { get; }

    /// <summary>Takes pages: any number of callers at once, each with pages of its own.</summary>
    public async Task IngestAsync(IRowSource pages, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var run = new PageRun(buffer, _geometry.PageSize);
            while (await pages.FillAsync(cancellationToken).ConfigureAwait(false))
                Drain(pages, ref run);
            Write(ref run);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Checks that every page has come, and makes the file durable.</summary>
    /// <param name="durable">False for a file that is thrown away.</param>
    public void Complete(bool durable)
    {
        if (_taken != _geometry.PageCount)
            throw SqliteErrors.WrongPage(_database, $"{_taken} pages came where {_geometry.PageCount} were announced.");
        if (durable)
            FileGuard.Run(Path, "could not be flushed", () => RandomAccess.FlushToDisk(_file));
        _file.Dispose();
    }

    public void Dispose() => _file.Dispose();

    private void Drain(IRowSource pages, ref PageRun run)
    {
        while (pages.TryRead(out var row))
        {
            var page = PageNumbers.Read(row.Key);
            if (page == 0 || page > _geometry.PageCount)
                throw SqliteErrors.WrongPage(_database, "A page's number lies outside the database.");
            if (row.Value.Length != _geometry.PageSize)
                throw SqliteErrors.WrongPage(_database, $"Page {page} has {row.Value.Length} bytes.");
            if (!run.TryAdd(page, row.Value))
            {
                Write(ref run);
                run.TryAdd(page, row.Value);
            }
        }
    }

    private void Write(ref PageRun run)
    {
        if (run.Count == 0)
            return;
        var (first, bytes) = (run.First, run.Bytes);
        Interlocked.Add(ref _taken, run.Count);
        run.Clear();
        try
        {
            RandomAccess.Write(_file, bytes.Span, (first - 1L) * _geometry.PageSize);
        }
        catch (IOException failure)
        {
            throw SqliteErrors.FileFailed("could not be written", Path, failure);
        }
    }

    /// <summary>Consecutive pages that are written in one go.</summary>
    private struct PageRun(byte[] buffer, int pageSize)
    {
        private readonly int _capacity = ChunkBytes / pageSize;

        public uint First { get; private set; }

        public int Count { get; private set; }

        public readonly ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, Count * pageSize);

        public bool TryAdd(uint page, ReadOnlySpan<byte> content)
        {
            if (Count == 0)
                First = page;
            else if (Count == _capacity || page != First + (uint)Count)
                return false;
            content.CopyTo(buffer.AsSpan(Count * pageSize));
            Count++;
            return true;
        }

        public void Clear() => Count = 0;
    }
}
