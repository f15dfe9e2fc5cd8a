using System.Buffers;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// What a manifest must fulfil beyond being JSON of the right shape, so that nobody behind the reader has to ask again.
/// </summary>
internal static class ManifestRules
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-");

    /// <summary>Checks an envelope that was just read, as far as opening its body needs it.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="path">Its object's name, for errors.</param>
    /// <returns>The envelope.</returns>
    /// <exception cref="BackupSqlException">XX001 a rule is broken.</exception>
    public static ManifestEnvelope Check(ManifestEnvelope envelope, string path)
    {
        Require(
            !envelope.IsSealed || (IsId(envelope.LayerId) && IsId(envelope.ChainId)
                && envelope.KeyCheck is { Length: ChainKey.CheckBytes }),
            path,
            "Its envelope does not say whose key opens it.");
        return envelope;
    }

    /// <summary>Checks a manifest that was just read.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="path">Its object's name, for errors.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="BackupSqlException">XX001 a rule is broken; BS002 a later format.</exception>
    public static BackupManifest Check(BackupManifest manifest, string path)
    {
        if (manifest.FormatVersion > BackupManifest.CurrentFormat)
            throw Errors.NewerFormat(path, manifest.FormatVersion);
        Require(IsId(manifest.LayerId) && IsId(manifest.ChainId), path, "An id is not 32 hexadecimal digits.");
        Require(manifest.Start <= manifest.End, path, "It ends before it starts.");
        var isFull = manifest.Kind == LayerKind.Full;
        Require(isFull == (manifest.ParentLayerId is null), path, "Only full layers have no parent.");
        Require(
            !Holds(manifest.Objects, null) && !Holds(manifest.SchemaChanges, null) && !Holds(manifest.Statistics, null)
            && !Holds(manifest.Spaces, null) && !Holds(manifest.CompleteDatabases, null),
            path,
            "A list has an empty element.");
        Require(
            manifest.Engines is null || (manifest.Engines.Count > 0 && !Holds(manifest.Engines, null)),
            path,
            "The list of engines is empty.");
        var spaces = new HashSet<Space>();
        foreach (var space in manifest.Spaces)
        {
            Require(spaces.Add(space.Space), path, "A space is listed twice.");
            CheckSpace(space, manifest.Kind, path);
        }

        return manifest;
    }

    /// <summary>
    /// Checks that a manifest lies where it was put. A location may be read from deeper inside or further outside than
    /// it was written from.
    /// </summary>
    /// <param name="written">The directory that it was put to; null where it does not say.</param>
    /// <param name="path">The object's name.</param>
    /// <exception cref="BackupSqlException">XX001 it is the manifest of another directory.</exception>
    public static void CheckPlace(string? written, string path)
    {
        if (written is null || !CollectionLayout.TryGetManifestDirectory(path, out var directory))
            return;
        Require(
            written == directory || EndsWith(written, directory) || EndsWith(directory, written),
            path,
            $"It was written as the manifest of '{written}' and lies in another directory.");
    }

    private static bool EndsWith(string directory, string part) =>
        part.Length == 0 || directory.EndsWith("/" + part, StringComparison.Ordinal);

    private static void CheckSpace(SpaceManifest space, LayerKind kind, string path)
    {
        Require(
            kind == LayerKind.Incremental || space.Coverage == SpaceCoverage.Full,
            path,
            "A full layer must cover all.");
        Require(
            space.Coverage != SpaceCoverage.Unchanged || (space.Files.Count == 0 && space.DigestFiles.Count == 0),
            path,
            "An unchanged space has files.");
        Require(
            space.Space is PageSpace
                ? space.Shape.PageSize is >= 1 and <= 1 << 20 && space.Shape.PageCount is >= 0 and <= uint.MaxValue
                : space.DigestFiles.Count == 0,
            path,
            "The shape of a space is impossible.");
        Require(space.Fingerprint.Rows >= 0, path, "A fingerprint counts less than no rows.");
        foreach (var file in space.Files.Concat(space.DigestFiles))
            CheckFile(file, path);
    }

    private static void CheckFile(DataFileEntry? file, string path)
    {
        Require(file is not null, path, "A list has an empty element.");
        var name = file!.Name;
        Require(
            name.StartsWith(CollectionLayout.Data, StringComparison.Ordinal)
            && !name.AsSpan(CollectionLayout.Data.Length).ContainsAnyExcept(NameCharacters) && name.Length < 100,
            path,
            "A data file has an impossible name.");
        Require(file.Sha256.Length == 64 && file.Length > 0 && file.Rows > 0 && file.RawBytes >= 0, path,
            "A data file has impossible figures.");
    }

    private static bool Holds<T>(IReadOnlyList<T> list, T? item)
        where T : class => list.Contains(item);

    private static bool IsId(string id) => id.Length == 32 && !id.AsSpan().ContainsAnyExcept(NameCharacters);

    private static void Require(bool fulfilled, string path, string fact)
    {
        if (!fulfilled)
            throw Errors.Corrupt(path, fact);
    }
}
