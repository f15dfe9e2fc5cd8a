using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>The names of a collection's objects.</summary>
internal static class CollectionLayout
{
    /// <summary>Name of the object that makes a layer, in the layer's directory.</summary>
    public const string Manifest = "BACKUP_MANIFEST";

    /// <summary>Prefix of the objects that say that a job is at work in a directory.</summary>
    public const string LockPrefix = "BACKUP-LOCK-";

    /// <summary>Prefix of the objects, in a full layer's directory, that hold the chain's key, wrapped.</summary>
    public const string KeysPrefix = "ENCRYPTION-INFO-";

    /// <summary>Directory of the data files below a layer's directory.</summary>
    public const string Data = "data/";

    /// <summary>Prefix of the objects, below a layer's directory, that say what is written of it.</summary>
    public const string CheckpointPrefix = "progress/BACKUP-CHECKPOINT-";

    /// <summary>Where everything lies that belongs to no single layer.</summary>
    public const string Metadata = "metadata/";

    /// <summary>Prefix of the objects that say which layer is about to be committed on top of another one.</summary>
    public const string NextPrefix = Metadata + "next/";

    /// <summary>Directory of the increments below a collection.</summary>
    public const string Incrementals = "incrementals/";

    /// <summary>Prefix of the objects that name the newest full backup.</summary>
    public const string LatestPrefix = "metadata/latest/LATEST-";

    /// <summary>Directory of the notes on layers.</summary>
    public const string Notes = "metadata/notes/";

    /// <summary>Directory of the objects that say where else increments lie.</summary>
    public const string Elsewhere = "metadata/elsewhere/";

    /// <summary>Directory of the tombstones.</summary>
    public const string Dropped = "metadata/dropped/";

    /// <summary>Directory of the objects that reserve the labels of snapshots.</summary>
    public const string Snapshots = "metadata/snapshots/";

    private const string FullFormat = @"yyyy\/MM\/dd\-HHmmss\.ff";
    private const string IncrementFormat = @"yyyyMMdd\/HHmmss\.ff";
    private const string StartFormat = @"yyyyMMdd\-HHmmss\.ff";

    private static readonly TimeSpan Centisecond = TimeSpan.FromMilliseconds(10);

    /// <summary>The directory of a full layer: its end, cut to centiseconds.</summary>
    /// <param name="end">The layer's end.</param>
    /// <param name="attempt">0 for the first choice; the n-th next centisecond where names are taken.</param>
    /// <returns>For example <c>2026/11/20-224512.33</c>.</returns>
    public static string FullDirectory(HlcTimestamp end, int attempt = 0) => Format(end, FullFormat, attempt);

    /// <summary>The directory of an incremental layer below its chain's directory for increments.</summary>
    /// <param name="start">The layer's start.</param>
    /// <param name="end">The layer's end.</param>
    /// <param name="attempt">As for <see cref="FullDirectory"/>.</param>
    /// <returns>For example <c>20261121/224512.33-20261120-224512.33</c>.</returns>
    public static string IncrementDirectory(HlcTimestamp start, HlcTimestamp end, int attempt = 0) =>
        $"{Format(end, IncrementFormat, attempt)}-{Format(start, StartFormat, 0)}";

    /// <summary>Tells whether a directory has the shape of a full layer's.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="time">The time that it names.</param>
    /// <returns>True if it does.</returns>
    public static bool TryParseFullDirectory(string directory, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            directory, FullFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>Tells whether a directory, below its chain's, has the shape of an incremental layer's.</summary>
    /// <param name="directory">The directory; what follows the end time may be missing.</param>
    /// <returns>True if it does.</returns>
    public static bool IsIncrementDirectory(ReadOnlySpan<char> directory)
    {
        const int EndLength = 18;
        return directory.Length >= EndLength
            && !directory[EndLength..].Contains('/')
            && DateTimeOffset.TryParseExact(
                directory[..EndLength],
                IncrementFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out _);
    }

    /// <summary>Name of a checkpoint below a layer's directory.</summary>
    /// <param name="number">Its number, from 1; the highest counts.</param>
    /// <returns>For example <c>progress/BACKUP-CHECKPOINT-000001</c>.</returns>
    public static string Checkpoint(int number) =>
        CheckpointPrefix + number.ToString("d6", CultureInfo.InvariantCulture);

    /// <summary>Name of the object that points to a full layer. Later ends sort first.</summary>
    /// <param name="end">The layer's end.</param>
    /// <param name="layerId">The layer.</param>
    /// <returns>The name.</returns>
    public static string Latest(HlcTimestamp end, string layerId) =>
        string.Create(CultureInfo.InvariantCulture, $"{LatestPrefix}{long.MaxValue - end.WallTime:x16}-{layerId[..8]}");

    /// <summary>Name of the object that points to a full layer although a hint to a later one is there.</summary>
    /// <param name="hint">That hint's name: the new one sorts right before it.</param>
    /// <param name="layerId">The layer.</param>
    /// <returns>The name; null if the other is not the name of a hint, or nothing sorts before it.</returns>
    public static string? LatestBefore(string hint, string layerId)
    {
        const int Digits = 16;
        var rest = hint.AsSpan(LatestPrefix.Length);
        return rest.Length > Digits && rest[Digits] == '-'
            && ulong.TryParse(
                rest[..Digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{LatestPrefix}{number - 1:x16}-{layerId[..8]}")
            : null;
    }

    /// <summary>Joins a directory and a name; an empty directory is the location itself.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name below it.</param>
    /// <returns>The object's name.</returns>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    /// <summary>The directory of the full layer that an increment belongs to.</summary>
    /// <param name="directory">The increment's directory, in the collection or in another place.</param>
    /// <returns>The directory; empty for the location itself.</returns>
    public static string FullOf(string directory)
    {
        var chain = directory.StartsWith(Incrementals, StringComparison.Ordinal)
            ? directory.AsSpan(Incrementals.Length)
            : directory.AsSpan();
        for (var part = 0; part < 2; part++)
            chain = chain[..Math.Max(chain.LastIndexOf('/'), 0)];
        return chain.ToString();
    }

    /// <summary>Checks a directory that a user named and strips the slashes around it.</summary>
    /// <param name="subdirectory">The directory as given.</param>
    /// <returns>The directory as object names hold it.</returns>
    /// <exception cref="BackupSqlException">22023 empty, <c>.</c> or <c>..</c> parts.</exception>
    public static string Normalize(string subdirectory)
    {
        var trimmed = subdirectory.Trim('/');
        return trimmed.Length == 0 || trimmed.Split('/').Any(part => part is "" or "." or "..")
            ? throw Errors.InvalidSubdirectory(subdirectory)
            : trimmed;
    }

    /// <summary>Tells whether a text that was read can be the directory of a layer.</summary>
    /// <param name="directory">The text; empty for the location itself.</param>
    /// <returns>True if its objects have names that objects may have, and none is the collection's own.</returns>
    public static bool IsDirectory(string directory) =>
        ObjectName.IsValid(Join(directory, Manifest))
        && !directory.StartsWith(Metadata, StringComparison.Ordinal);

    /// <summary>Takes the directory out of a manifest's object name.</summary>
    /// <param name="objectName">Any object's name.</param>
    /// <param name="directory">The directory; empty for the location itself.</param>
    /// <returns>False if the object is no manifest.</returns>
    public static bool TryGetManifestDirectory(string objectName, [NotNullWhen(true)] out string? directory)
    {
        directory = objectName == Manifest ? ""
            : objectName.EndsWith("/" + Manifest, StringComparison.Ordinal) ? objectName[..^(Manifest.Length + 1)]
            : null;
        return directory is not null;
    }

    private static string Format(HlcTimestamp time, string format, int attempt) =>
        (time.ToDateTimeOffset() + (attempt * Centisecond)).ToString(format, CultureInfo.InvariantCulture);
}
