using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections.Format;

/// <summary>A data file that is complete, opened on demand.</summary>
/// <param name="Store">Where it lies.</param>
/// <param name="Path">The object's name.</param>
/// <param name="LayerId">The layer that it belongs to.</param>
/// <param name="Entry">What is to be found in it.</param>
/// <param name="Key">The chain's key; null where it is not sealed.</param>
internal sealed record DataFile(
    IObjectStore Store, string Path, string LayerId, DataFileEntry Entry, ChainKey? Key = null)
{
    // The index of most files fits, and small files come whole.
    private const int TailBytes = 64 << 10;

    /// <summary>A file of a committed layer.</summary>
    public static DataFile Of(ChainLayer layer, DataFileEntry entry) =>
        new(layer.Store, layer.PathOf(entry.Name), layer.Manifest.LayerId, entry, layer.Key);

    /// <summary>Tells whether the file may hold keys of a range.</summary>
    public bool Overlaps(KeySpan range) =>
        Entry.LastKey.Span.SequenceCompareTo(range.Start.Span) >= 0
        && (range.End.IsEmpty || Entry.FirstKey.Span.SequenceCompareTo(range.End.Span) < 0);

    /// <summary>Reads and checks header and index.</summary>
    /// <param name="codecs">Finds the file's codec.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The file, ready to read blocks.</returns>
    public async ValueTask<OpenDataFile> OpenAsync(CompressionCodecs codecs, CancellationToken cancellationToken)
    {
        var start = DataFileFormat.StartOf(Key is not null);
        if (Entry.Length < start + DataFileFormat.TrailerBytes)
            throw Errors.Corrupt(Path, "It is shorter than any data file.");
        var tail = await ReadTailAsync(TailBytes, cancellationToken).ConfigureAwait(false);
        var trailer = tail.AsMemory(tail.Length - DataFileFormat.TrailerBytes);
        var footerLength = DataFileFormat.ReadTrailer(trailer.Span, Entry.Length, Path);
        if (footerLength + DataFileFormat.TrailerBytes > tail.Length)
        {
            tail = await ReadTailAsync(footerLength + DataFileFormat.TrailerBytes, cancellationToken)
                .ConfigureAwait(false);
            trailer = tail.AsMemory(tail.Length - DataFileFormat.TrailerBytes);
        }

        var footer = tail.AsMemory(tail.Length - DataFileFormat.TrailerBytes - footerLength, footerLength);
        DataFileFormat.CheckFooter(footer.Span, trailer.Span, Path);
        var header = tail.AsMemory(0, Math.Min(start, tail.Length));
        if (tail.Length < Entry.Length)
        {
            header = new byte[start];
            await Store.ReadAsync(Path, 0, header, cancellationToken).ConfigureAwait(false);
        }

        var codec = DataFileFormat.ReadHeader(header.Span, Key is not null, LayerId, Entry.Id, Path);
        var seal = Key is null
            ? null
            : new ObjectSeal(
                Key, DataFileFormat.HeaderMagic, LayerId, Entry.Name, header.Span[DataFileFormat.HeaderBytes..]);
        var index = DataFileIndex.Parse(OpenFooter(seal, footer), start, footer.Length, Entry, Path);
        return new OpenDataFile(this, index, codecs.ForReading(codec, Path), seal);
    }

    private ReadOnlySpan<byte> OpenFooter(ObjectSeal? seal, Memory<byte> footer)
    {
        if (seal is null)
            return footer.Span;
        var length = footer.Length - ObjectSeal.TagBytes;
        return length >= 0
            && seal.TryOpen(ObjectSeal.Piece.Index, [], footer.Span[..length], footer.Span[length..])
                ? footer.Span[..length]
                : throw Errors.Undecryptable(Path, "Its index is not the one that was sealed in its place.");
    }

    private async ValueTask<byte[]> ReadTailAsync(int length, CancellationToken cancellationToken)
    {
        var tail = new byte[Math.Min(length, Entry.Length)];
        await Store.ReadAsync(Path, Entry.Length - tail.Length, tail, cancellationToken).ConfigureAwait(false);
        return tail;
    }
}
