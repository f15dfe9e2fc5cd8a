using Backup.Sql.Diagnostics;

namespace Backup.Sql.Collections.Sealing;

/// <summary>
/// Bounds how often a passphrase is stretched for one chain: whoever can write key objects could keep a reader busy for
/// hours with slots that open nothing.
/// </summary>
internal sealed class StretchBudget
{
    /// <summary>Iterations in all: more than the most slots cost that this library writes.</summary>
    public const long MostIterations = 50_000_000;

    private long _left = MostIterations;

    /// <summary>Takes what a slot asks for.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="path">The object that holds it, for errors.</param>
    /// <param name="cancellationToken">Ends the call: stretching itself cannot be interrupted.</param>
    /// <exception cref="BackupSqlException">XX001 there is not so much left.</exception>
    public void Take(KeySlot slot, string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _left -= Math.Max(0, slot.Iterations);
        if (_left < 0)
            throw Errors.Corrupt(path, $"Its slots ask for more than {MostIterations} iterations.");
    }
}
