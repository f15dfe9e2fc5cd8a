using Backup.Sql.Collections.Compression;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections;

/// <summary>The codecs that a session knows: the library's and those that the host adds.</summary>
internal sealed class CompressionCodecs
{
    private static readonly NoCompression None = new();
    private static readonly ZstdCodec Zstd = new();
    private static readonly BrotliCodec Brotli = new();

    private readonly Dictionary<byte, ICompressionCodec> _byId = [];
    private readonly bool _zstdAvailable;

    /// <summary>The library's codecs and others.</summary>
    /// <param name="additional">The host's codecs; ids from 128.</param>
    public CompressionCodecs(IEnumerable<ICompressionCodec> additional)
        : this(additional, ZstdCodec.IsAvailable)
    {
    }

    /// <summary>For machines without libzstd, and for tests of what happens there.</summary>
    /// <param name="additional">The host's codecs.</param>
    /// <param name="zstdAvailable">Whether libzstd may be used.</param>
    public CompressionCodecs(IEnumerable<ICompressionCodec> additional, bool zstdAvailable)
    {
        _zstdAvailable = zstdAvailable;
        _byId.Add(None.Id, None);
        _byId.Add(Brotli.Id, Brotli);
        if (zstdAvailable)
            _byId.Add(Zstd.Id, Zstd);
        foreach (var codec in additional)
        {
            if (codec.Id < 128 || _byId.Values.Any(known => known.Name == codec.Name) || !_byId.TryAdd(codec.Id, codec))
                throw Errors.CodecClash(codec.Name, codec.Id);
        }
    }

    /// <summary>The library's codecs alone.</summary>
    public static CompressionCodecs Default { get; } = new([]);

    /// <summary>Picks the codec to write with.</summary>
    /// <param name="name">Its name; null for Zstandard, or Brotli on a machine without libzstd.</param>
    /// <param name="level">The level; null for the codec's default.</param>
    /// <returns>The choice.</returns>
    /// <exception cref="BackupSqlException">22023 no such codec or level; 0A000 libzstd is missing.</exception>
    public BlockCompression Choose(string? name = null, int? level = null)
    {
        var codec = name is null ? _zstdAvailable ? Zstd : Brotli : Find(name);
        var chosen = level ?? codec.DefaultLevel;
        return chosen < codec.MinLevel || chosen > codec.MaxLevel
            ? throw Errors.CompressionLevelOutOfRange(codec.Name, chosen, codec.MinLevel, codec.MaxLevel)
            : new BlockCompression(codec, chosen);
    }

    /// <summary>Finds the codec that a file was written with.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="path">The file, for the error.</param>
    /// <returns>The codec.</returns>
    /// <exception cref="BackupSqlException">0A000 libzstd is missing; BS002 the codec is unknown.</exception>
    public ICompressionCodec ForReading(byte id, string path) =>
        _byId.TryGetValue(id, out var codec) ? codec
        : id == Zstd.Id ? throw Errors.ZstdMissing(path)
        : throw Errors.UnknownCodec(id, path);

    private ICompressionCodec Find(string name) =>
        _byId.Values.FirstOrDefault(codec => string.Equals(codec.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? (string.Equals(name, Zstd.Name, StringComparison.OrdinalIgnoreCase)
            ? throw Errors.ZstdMissing(null)
            : throw Errors.UnknownCompression(name, _byId.Values.Select(codec => codec.Name)));
}
