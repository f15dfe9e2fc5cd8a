using System.Globalization;
using System.Security.Cryptography;
using Backup.Sql.Collections.Format;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// What an earlier turn has written of a layer: the newest checkpoint that can be read, less the parts whose files are
/// not what it says.
/// </summary>
/// <param name="Checkpoint">What is kept.</param>
/// <param name="LastFileId">No file of the layer has a higher number.</param>
/// <param name="LastCheckpoint">No checkpoint of the layer has a higher number.</param>
internal sealed record KeptFiles(LayerCheckpoint Checkpoint, long LastFileId, int LastCheckpoint)
{
    private const int MaxConcurrentReads = 4;
    private const int BufferBytes = 1 << 20;

    // The process that wrote before may be about to end: its next files must not meet ours.
    private const long NumbersPerTurn = 100_000;

    /// <summary>Nothing: the layer is new.</summary>
    public static KeptFiles None(string layerId) => new(new LayerCheckpoint { LayerId = layerId }, 0, 0);

    /// <summary>Looks for what is kept, and reads every file of it.</summary>
    /// <param name="store">Where the layer lies.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="layerId">Its id.</param>
    /// <param name="key">The chain's key; null where it is not sealed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<KeptFiles> LoadAsync(
        IObjectStore store, string directory, string layerId, ChainKey? key, CancellationToken cancellationToken)
    {
        var data = CollectionLayout.Join(directory, LayerFiles.NamePrefix(layerId));
        var lengths = await ListAsync(store, data, cancellationToken).ConfigureAwait(false);
        var lastFile = lengths.Keys.Select(name => NumberOf(name, data)).DefaultIfEmpty(0).Max();
        var prefix = CollectionLayout.Join(directory, CollectionLayout.CheckpointPrefix);
        var numbers = (await ListAsync(store, prefix, cancellationToken).ConfigureAwait(false)).Keys
            .Select(name => NumberOf(name, prefix)).OrderDescending().ToList();
        var found = new LayerCheckpoint { LayerId = layerId };
        foreach (var number in numbers)
        {
            var name = CollectionLayout.Checkpoint((int)number);
            Func<byte[], ObjectSeal>? sealOf = key is null
                ? null
                : salt => new ObjectSeal(key, CheckpointFile.Magic, layerId, name, salt);
            var path = CollectionLayout.Join(directory, name);
            if (await CheckpointFile.ReadAsync(store, path, sealOf, cancellationToken)
                .ConfigureAwait(false) is not { } read
                || read.LayerId != layerId)
                continue;
            found = await VerifyAsync(store, directory, read, lengths, cancellationToken).ConfigureAwait(false);
            break;
        }

        return new KeptFiles(
            found,
            lastFile == 0 ? 0 : (lastFile / NumbersPerTurn + 1) * NumbersPerTurn,
            (int)numbers.FirstOrDefault());
    }

    /// <summary>What is kept of a space.</summary>
    public SpaceCheckpoint? Find(Rows.Space space) => Checkpoint.Spaces.FirstOrDefault(kept => kept.Space == space);

    private static async Task<LayerCheckpoint> VerifyAsync(
        IObjectStore store, string directory, LayerCheckpoint checkpoint, Dictionary<string, long> lengths,
        CancellationToken cancellationToken)
    {
        var bad = new HashSet<string>(StringComparer.Ordinal);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = MaxConcurrentReads,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(checkpoint.AllFiles(), options, async (file, token) =>
        {
            var path = CollectionLayout.Join(directory, file.Name);
            if (lengths.GetValueOrDefault(path, -1) != file.Length
                || await HashAsync(store, path, file.Length, token).ConfigureAwait(false) != file.Sha256)
            {
                lock (bad)
                    bad.Add(file.Name);
            }
        }).ConfigureAwait(false);
        return checkpoint with { Spaces = [.. checkpoint.Spaces.Select(space => Without(space, bad))] };
    }

    private static SpaceCheckpoint Without(SpaceCheckpoint space, HashSet<string> bad)
    {
        var good = space.Parts.Where(part => !part.Files.Concat(part.DigestFiles).Any(file => bad.Contains(file.Name)))
            .ToList();
        return good.Count == space.Parts.Count ? space : space with { Parts = good, IsComplete = false };
    }

    private static async Task<string?> HashAsync(
        IObjectStore store, string path, long length, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Math.Min(BufferBytes, length)];
        try
        {
            for (long at = 0; at < length; at += buffer.Length)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - at));
                await store.ReadAsync(path, at, piece, cancellationToken).ConfigureAwait(false);
                sha.AppendData(piece.Span);
            }
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.UndefinedFile or SqlStates.DataCorrupted)
        {
            return null;
        }

        return Convert.ToHexStringLower(sha.GetCurrentHash());
    }

    private static async Task<Dictionary<string, long>> ListAsync(
        IObjectStore store, string prefix, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        var request = new ListRequest { Prefix = prefix };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            found[entry.Name] = entry.Length;
        return found;
    }

    // What follows the number is the tag of a locality.
    private static long NumberOf(string name, string prefix)
    {
        var digits = name.AsSpan(prefix.Length);
        if (digits.IndexOf('-') is >= 0 and var end)
            digits = digits[..end];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
