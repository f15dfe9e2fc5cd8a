using System.Buffers;
using Backup.Sql.Catalog;
using Backup.Sql.Collections.Sealing;
using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;

namespace Backup.Sql.Collections.Format;

/// <summary>
/// What a manifest must fulfil beyond being JSON of the right shape, so that nobody behind the reader has to ask again.
/// </summary>
internal static class ManifestRules
{
    // More than any store or engine holds, and so little that no sum over a chain leaves 64 bits.
    private const long MaxFigure = 1L << 50;

    private const string ImpossibleFigures = "It counts more than there can be, or less than nothing.";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz-");

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Tells whether a text is the id of a layer.</summary>
    /// <param name="id">The text.</param>
    /// <returns>True for 32 lower-case hexadecimal digits.</returns>
    public static bool IsId(string? id) => id is { Length: 32 } && !id.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>Checks an envelope that was just read.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="path">Its object's name, for errors.</param>
    /// <returns>The envelope.</returns>
    /// <exception cref="BackupSqlException">XX001 a rule is broken; BS002 a later format.</exception>
    public static ManifestEnvelope Check(ManifestEnvelope envelope, string path)
    {
        if (envelope.FormatVersion > BackupManifest.CurrentFormat)
            throw Errors.NewerFormat(path, envelope.FormatVersion);
        CheckPlace(
            envelope.LayerId, envelope.ChainId, envelope.ParentLayerId, envelope.Kind, envelope.Start, envelope.End,
            path);
        Require(
            !envelope.IsSealed || envelope.KeyCheck is { Length: ChainKey.CheckBytes }, path,
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
        CheckPlace(
            manifest.LayerId, manifest.ChainId, manifest.ParentLayerId, manifest.Kind, manifest.Start, manifest.End,
            path);
        Require(manifest.Engines is null or { Count: > 0 }, path, "The list of engines is empty.");
        Require(
            manifest.DatabaseProperties?.Values.All(
                value => value is not null && IsFilled(value.Labels) && IsFilled(value.Configuration)) != false
            && manifest.Objects.All(found => IsFilled(found.Properties))
            && manifest.SchemaChanges.All(
                change => change.Descriptor is null || IsFilled(change.Descriptor.Properties)),
            path,
            "A property has no value.");
        foreach (var figures in manifest.Statistics)
        {
            Require(
                IsFigure(figures.Rows) && IsFigure(figures.Bytes) && IsFigure(figures.IndexEntries), path,
                ImpossibleFigures);
        }

        var spaces = new HashSet<Space>();
        var sums = default(Sums);
        foreach (var space in manifest.Spaces)
        {
            Require(spaces.Add(space.Space), path, "A space is listed twice.");
            CheckSpace(space, manifest.Kind, path);
            sums = sums.Plus(space);
            Require(
                IsFigure(sums.Rows) && IsFigure(sums.Stored) && IsFigure(sums.Raw), path, ImpossibleFigures);
        }

        return manifest;
    }

    /// <summary>Tells whether what is said of a data file can be so.</summary>
    /// <param name="file">The file.</param>
    /// <returns>True if its name is that of a data file and its figures are possible.</returns>
    public static bool IsFile(DataFileEntry file) => HasName(file) && HasFigures(file);

    // What envelope and body both say.
    private static void CheckPlace(
        string layerId, string chainId, string? parentId, LayerKind kind, HlcTimestamp start, HlcTimestamp end,
        string path)
    {
        Require(
            IsId(layerId) && IsId(chainId) && (parentId is null || IsId(parentId)), path,
            "An id is not 32 hexadecimal digits.");
        Require(Enum.IsDefined(kind), path, "It is of no kind that there is.");
        Require(start <= end, path, "It ends before it starts.");
        Require((kind == LayerKind.Full) == (parentId is null), path, "Only full layers have no parent.");
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
            Enum.IsDefined(space.Coverage) && Enum.IsDefined(space.Fingerprint.Scope), path,
            "A space is covered in no way that there is.");
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
        Require(
            IsFigure(space.Fingerprint.Rows) && IsFigure(space.IndexEntries)
            && IsFigure(space.Shape.EstimatedRows) && IsFigure(space.Shape.EstimatedBytes),
            path,
            ImpossibleFigures);
        foreach (var file in space.Files.Concat(space.DigestFiles))
        {
            Require(HasName(file), path, "A data file has an impossible name.");
            Require(HasFigures(file), path, "A data file has impossible figures.");
        }
    }

    private static bool HasName(DataFileEntry file) =>
        file.Name.StartsWith(CollectionLayout.Data, StringComparison.Ordinal)
        && file.Name.Length > CollectionLayout.Data.Length && file.Name.Length < 100
        && !file.Name.AsSpan(CollectionLayout.Data.Length).ContainsAnyExcept(NameCharacters);

    private static bool HasFigures(DataFileEntry file) =>
        file.Sha256.Length == 64 && file.Length is > 0 and <= MaxFigure && file.Rows is > 0 and <= MaxFigure
        && IsFigure(file.RawBytes);

    private static bool IsFigure(long figure) => figure is >= 0 and <= MaxFigure;

    private static bool IsFilled(IReadOnlyDictionary<string, string> properties) =>
        properties.Values.All(value => value is not null);

    private static void Require(bool fulfilled, string path, string fact)
    {
        if (!fulfilled)
            throw Errors.Corrupt(path, fact);
    }

    private readonly record struct Sums(long Rows, long Stored, long Raw)
    {
        // What is added is at most 2^50 each time, and the sum was, so that nothing overflows in between.
        public Sums Plus(SpaceManifest space)
        {
            var sums = this with { Rows = Rows + space.Fingerprint.Rows };
            foreach (var file in space.Files.Concat(space.DigestFiles))
            {
                sums = new Sums(
                    Math.Min(sums.Rows + file.Rows, MaxFigure + 1), Math.Min(sums.Stored + file.Length, MaxFigure + 1),
                    Math.Min(sums.Raw + file.RawBytes, MaxFigure + 1));
            }

            return sums;
        }
    }
}
