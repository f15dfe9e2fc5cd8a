using Backup.Sql.Catalog;
using Backup.Sql.Rows;
using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Pages;

namespace Backup.Sql.Sqlite.Rows;

/// <summary>
/// Exports the rows of a rowid table straight from its pages, several times as fast as SQLite can hand them out, and
/// to the byte the records that <see cref="RowExport"/> would write. What needs SQLite's own knowledge is left to that.
/// </summary>
internal sealed class PageRowExport : IDisposable
{
    private const int RowsBetweenChecks = 1024;
    private const int CurrentSchemaFormat = 4;
    private readonly string _database;
    private readonly uint _root;
    private readonly int? _shadow;
    private readonly KeySpan _span;
    private readonly TreeCursor _cursor;
    private readonly RecordNormaliser _normaliser;
    private readonly KeyWriter _key = new();
    private readonly bool _filtered;

    /// <summary>Prepares an export.</summary>
    /// <param name="reader">Reads the pages.</param>
    /// <param name="database">The database's name, for errors.</param>
    /// <param name="header">Its header.</param>
    /// <param name="table">A table that <see cref="CanRead"/> allows.</param>
    /// <param name="shadow">The number that leads the keys of a virtual table's own tables; null for others.</param>
    /// <param name="span">The range of keys.</param>
    public PageRowExport(
        PageReader reader, string database, FileHeader header, SqliteTable table, int? shadow, KeySpan span)
    {
        _database = database;
        _root = table.RootPage;
        _shadow = shadow;
        _span = span;
        _filtered = span != KeySpan.All;
        _normaliser = new RecordNormaliser(table.Forms);
        var first = shadow is null ? RowKeys.RowIdOf(span.Start.Span) : null;
        try
        {
            _cursor = new TreeCursor(reader, database, header, table.RootPage, first ?? long.MinValue);
        }
        catch (Exception failure) when (IsOutOfPage(failure))
        {
            throw SqliteErrors.MalformedTree(_database, _root);
        }
    }

    /// <summary>Tells whether a table's records can be taken from the pages.</summary>
    public static bool CanRead(FileHeader header, SqliteSchema schema, SqliteTable table) =>
        header is { IsReadable: true, SchemaFormat: >= CurrentSchemaFormat }
        && schema.IsUtf8
        && table is { IsWithoutRowId: false, RowIdName: not null, Forms.Count: > 0 };

    /// <summary>Runs the export.</summary>
    /// <returns>Null, or what is left from the first row on that SQLite must read.</returns>
    public async Task<KeySpan?> RunAsync(IRowVersionSink sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (WriteSome(sink))
            {
                case Pause.Full:
                    await sink.FlushAsync(cancellationToken).ConfigureAwait(false);
                    break;
                case Pause.End:
                    return null;
                case Pause.Foreign:
                    return new KeySpan(_key.Written.ToArray(), _span.End);
            }
        }
    }

    public void Dispose()
    {
        _cursor.Dispose();
        _normaliser.Dispose();
        _key.Dispose();
    }

    private enum Pause
    {
        Check,
        Full,
        End,
        Foreign,
    }

    private Pause WriteSome(IRowVersionSink sink)
    {
        for (var i = 0; i < RowsBetweenChecks; i++)
        {
            if (!TryRead(out var stored))
                return Pause.End;
            WriteKey();
            if (_filtered && !_span.Contains(_key.Written))
            {
                // Keys ascend: behind the end nothing else can lie in the span.
                if (IsBehind())
                    return Pause.End;
                continue;
            }

            if (!TryNormalise(stored, out var record))
                return Pause.Foreign;
            if (!sink.Write(new RowVersion(_key.Written, HlcTimestamp.Zero, record)))
                return Pause.Full;
        }

        return Pause.Check;
    }

    private bool IsBehind() => !_span.End.IsEmpty && _key.Written.SequenceCompareTo(_span.End.Span) >= 0;

    private void WriteKey()
    {
        _key.Reset();
        if (_shadow is { } shadow)
            _key.WriteInteger(shadow);
        _key.WriteInteger(_cursor.RowId);
    }

    private bool TryRead(out ReadOnlySpan<byte> stored)
    {
        try
        {
            return _cursor.MoveNext(out stored);
        }
        catch (Exception failure) when (IsOutOfPage(failure))
        {
            throw SqliteErrors.MalformedTree(_database, _root);
        }
    }

    private bool TryNormalise(ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> record)
    {
        try
        {
            return _normaliser.TryNormalise(stored, _cursor.RowId, out record);
        }
        catch (Exception failure) when (IsOutOfPage(failure))
        {
            throw SqliteErrors.MalformedTree(_database, _root);
        }
    }

    /// <summary>A pointer or a length that leads out of its page shows so.</summary>
    private static bool IsOutOfPage(Exception failure) =>
        failure is ArgumentException or IndexOutOfRangeException or OverflowException;
}
