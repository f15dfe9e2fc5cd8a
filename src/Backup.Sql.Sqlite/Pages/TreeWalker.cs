namespace Backup.Sql.Sqlite.Pages;

/// <summary>
/// Measures a b-tree by its interior pages, one page in some hundreds, which spares reading the table and does without
/// <c>dbstat</c>, which builds of SQLite may lack.
/// </summary>
internal sealed class TreeWalker
{
    private const int DeepestTree = 40;
    private const int SampledLeaves = 16;

    private readonly PageReader _reader;
    private readonly string _database;
    private readonly long _leavesPerPart;
    private readonly List<byte[]> _buffers = [];
    private readonly List<long> _bounds = [];
    private long _leaves;
    private long _sampledRows;
    private int _samples;
    private int _depth;

    private TreeWalker(PageReader reader, string database, long leavesPerPart)
    {
        _reader = reader;
        _database = database;
        _leavesPerPart = Math.Max(1, leavesPerPart);
    }

    /// <summary>Measures a tree.</summary>
    /// <param name="reader">Reads its pages.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="root">The page of its root.</param>
    /// <param name="leavesPerPart">Leaf pages between two bounds.</param>
    public static TreeShape Measure(PageReader reader, string database, uint root, long leavesPerPart)
    {
        var walker = new TreeWalker(reader, database, leavesPerPart);
        try
        {
            walker._depth = walker.FindDepth(root);
            walker.Visit(root, 0);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A pointer leads out of its page.
            throw SqliteErrors.MalformedTree(database, root);
        }
        catch (IndexOutOfRangeException)
        {
            throw SqliteErrors.MalformedTree(database, root);
        }

        return new TreeShape(
            walker._leaves, (double)walker._sampledRows / Math.Max(1, walker._samples), walker._bounds);
    }

    /// <summary>All leaves lie equally deep: following the first child of each page tells how deep.</summary>
    private int FindDepth(uint root)
    {
        var number = root;
        for (var depth = 0; depth < DeepestTree; depth++)
        {
            _buffers.Add(new byte[_reader.Geometry.PageSize]);
            var page = _reader.ReadTreePage(number, _buffers[depth], _database);
            if (page.IsLeaf)
                return depth;
            number = page.Child(0);
        }

        throw SqliteErrors.MalformedTree(_database, root);
    }

    private void Visit(uint number, int depth)
    {
        if (depth == _depth)
        {
            VisitLeaf(number);
            return;
        }

        var page = _reader.ReadTreePage(number, _buffers[depth], _database);
        if (page.IsLeaf)
            throw SqliteErrors.MalformedTree(_database, number);
        var cells = page.CellCount;
        for (var cell = 0; cell <= cells; cell++)
        {
            Visit(page.Child(cell), depth + 1);
            if (cell < cells && page.IsTable && _leaves >= (_bounds.Count + 1) * _leavesPerPart)
                _bounds.Add(page.LastRowId(cell));
        }
    }

    private void VisitLeaf(uint number)
    {
        // Pages that point back at each other would never end.
        if (++_leaves > _reader.Geometry.PageCount)
            throw SqliteErrors.MalformedTree(_database, number);

        // The 1st, 2nd, 4th, ... leaf: near the start and all over the tree.
        if (_samples >= SampledLeaves || !long.IsPow2(_leaves))
            return;
        _sampledRows += _reader.ReadTreePage(number, _buffers[_depth], _database).CellCount;
        _samples++;
    }
}
