using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Execution.Pauses;

/// <summary>
/// The pauses that stand, in the state store: written before a controller is asked, removed when it has lifted the
/// pause, so that one whose process died is lifted by the next.
/// </summary>
internal sealed class PauseLedger
{
    private readonly StateTable<PauseEntry> _entries;

    /// <summary>A view of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="random">Names this host.</param>
    public PauseLedger(IStateStore store, IRandomSource random)
    {
        _entries = new StateTable<PauseEntry>(store, "pause", PauseJsonContext.Default.PauseEntry);
        Span<byte> id = stackalloc byte[8];
        random.Fill(id);
        Host = Convert.ToHexStringLower(id);
    }

    /// <summary>Names the host that writes.</summary>
    public string Host { get; }

    public async Task AddAsync(PauseEntry entry, CancellationToken cancellationToken)
    {
        if (!await _entries.TryAddAsync(KeyOf(entry), entry, cancellationToken).ConfigureAwait(false))
            throw new InvalidOperationException($"pause {entry.PauseId} exists");
    }

    public async Task RemoveAsync(PauseEntry entry)
    {
        while (await _entries.FindAsync(KeyOf(entry), CancellationToken.None).ConfigureAwait(false) is { } seen
            && !await _entries.TryRemoveAsync(seen, CancellationToken.None).ConfigureAwait(false))
        {
            // Somebody else writes the same entry: look again.
        }
    }

    /// <summary>The pauses that other hosts have asked for and not lifted.</summary>
    public async Task<IReadOnlyList<PauseEntry>> ListOfOthersAsync(CancellationToken cancellationToken)
    {
        var all = await _entries.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Select(entry => entry.Value).Where(entry => entry.Host != Host)];
    }

    private static string KeyOf(PauseEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.JobId:D19}/{entry.PauseId}/{entry.Engine}");
}
