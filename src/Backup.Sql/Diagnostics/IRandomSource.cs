namespace Backup.Sql.Diagnostics;

/// <summary>Where chance comes from: ids, nonces, jitter. A seeded one makes a run repeatable.</summary>
public interface IRandomSource
{
    /// <summary>Fills a buffer with random bytes.</summary>
    /// <param name="buffer">Is filled whole.</param>
    void Fill(Span<byte> buffer);
}
