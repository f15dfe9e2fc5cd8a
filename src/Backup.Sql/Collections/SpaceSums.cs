using Backup.Sql.Rows;

namespace Backup.Sql.Collections;

/// <summary>What a validation has read of one space of one layer.</summary>
internal sealed class SpaceSums(SpaceManifest space)
{
    private readonly Lock _gate = new();
    private int _digestFiles;

    /// <summary>What the rows are digested as.</summary>
    public FingerprintScope Scope => space.Space is PageSpace ? FingerprintScope.State : space.Fingerprint.Scope;

    /// <summary>The rows of the data files.</summary>
    public FingerprintAccumulator Rows { get; } = new();

    /// <summary>The digests of the digest files.</summary>
    public FingerprintAccumulator Digests { get; } = new();

    /// <summary>True when a file was left out or is damaged: then the sums say nothing.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>True when not every digest file was read.</summary>
    public bool HasDamagedDigests => _digestFiles < space.DigestFiles.Count;

    /// <summary>Notes that not all files are read.</summary>
    public void MarkIncomplete()
    {
        lock (_gate)
            IsIncomplete = true;
    }

    /// <summary>Adds a data file.</summary>
    /// <param name="part">Its rows.</param>
    public void AddRows(FingerprintAccumulator part)
    {
        lock (_gate)
            Rows.Add(part);
    }

    /// <summary>Adds a digest file.</summary>
    /// <param name="part">Its digests.</param>
    public void AddDigests(FingerprintAccumulator part)
    {
        lock (_gate)
        {
            Digests.Add(part);
            _digestFiles++;
        }
    }
}
