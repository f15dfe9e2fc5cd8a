using System.Globalization;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// Which transactions a snapshot sees, out of the text of a <c>pg_snapshot</c>: <c>xmin:xmax:running,…</c>
/// (postgresql.org/docs/current/functions-info.html).
/// </summary>
internal sealed class SeenTransactions
{
    private const int BitsInLog = 32;

    private readonly ulong _next;
    private readonly HashSet<ulong> _running;

    private SeenTransactions(ulong next, HashSet<ulong> running)
    {
        _next = next;
        _running = running;
    }

    /// <summary>Reads the text.</summary>
    public static SeenTransactions Parse(string text)
    {
        var parts = text.Split(':');
        var running = parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToHashSet();
        return new SeenTransactions(Number(parts[1]), running);
    }

    /// <summary>True when the snapshot sees what a transaction has done that committed sooner or later.</summary>
    /// <param name="transaction">Its number in the log, of which the upper half is left out.</param>
    public bool Contains(uint transaction)
    {
        var whole = Widen(transaction);
        return whole < _next && !_running.Contains(whole);
    }

    /// <summary>The nearest number to the snapshot's own: no two that live are 2^31 apart.</summary>
    private ulong Widen(uint transaction)
    {
        const long half = 1L << (BitsInLog - 1);
        var distance = (long)transaction - (uint)_next;
        if (distance > half)
            distance -= 2 * half;
        else if (distance < -half)
            distance += 2 * half;
        return (ulong)((long)_next + distance);
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
