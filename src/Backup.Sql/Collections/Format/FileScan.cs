using System.Buffers;
using System.Security.Cryptography;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Format;

/// <summary>Reads a whole data file once and checks everything about it: SHA-256, checksums, rows, digests.</summary>
/// <param name="file">The file.</param>
/// <param name="codecs">Finds its codec.</param>
internal sealed class FileScan(DataFile file, CompressionCodecs codecs)
{
    /// <summary>Reads the file.</summary>
    /// <param name="take">Is given every row.</param>
    /// <param name="blockEnds">Is called after the rows of a block, before they go.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="BackupSqlException">58P01 it is missing; XX001 it is damaged.</exception>
    public async ValueTask RunAsync(
        Action<BlockRows> take, Action<BlockEntry> blockEnds, CancellationToken cancellationToken)
    {
        var open = await file.OpenAsync(codecs, cancellationToken).ConfigureAwait(false);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var rows = new BlockRows();
        long end = DataFileFormat.StartOf(open.Seal is not null);
        await AppendAsync(sha, 0, end, cancellationToken).ConfigureAwait(false);
        var ahead = ReadAsync(open, 0, cancellationToken);
        try
        {
            for (var i = 0; i < open.Index.Blocks.Length; i++)
            {
                var block = await ahead.ConfigureAwait(false);
                ahead = ReadAsync(open, i + 1, cancellationToken);
                var length = DataFileFormat.BlockHeaderBytes + block!.Entry.StoredLength;
                sha.AppendData(block.Buffer, 0, length);
                end += length;
                rows.Load(block);
                while (rows.MoveNext())
                    take(rows);
                blockEnds(block.Entry);
            }
        }
        finally
        {
            // Who gives a file up must not leave a read of it behind.
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ahead.IsCompletedSuccessfully)
                (await ahead.ConfigureAwait(false))?.Release();
        }

        await AppendAsync(sha, end, file.Entry.Length - end, cancellationToken).ConfigureAwait(false);
        if (Convert.ToHexStringLower(sha.GetCurrentHash()) != file.Entry.Sha256)
            throw Errors.Corrupt(file.Path, "Its SHA-256 does not agree with the manifest.");
    }

    private static async Task<StoredBlock?> ReadAsync(
        OpenDataFile open, int block, CancellationToken cancellationToken) =>
        block < open.Index.Blocks.Length
            ? await open.ReadAsync(block, cancellationToken).ConfigureAwait(false)
            : null;

    private async ValueTask AppendAsync(
        IncrementalHash sha, long offset, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        var memory = buffer.AsMemory(0, (int)length);
        try
        {
            await file.Store.ReadAsync(file.Path, offset, memory, cancellationToken).ConfigureAwait(false);
            sha.AppendData(memory.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
