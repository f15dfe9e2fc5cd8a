namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// The figures of one matrix: how many faults there were and what came of them. Where BACKUPSQL_FAULT_COUNTS names a
/// directory they are left there, a file with one line each, for <c>.ci/run</c> to print and add up.
/// </summary>
internal sealed class FaultTally(string name, int operations)
{
    private const int ShownFailures = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<FaultEnd, int> _ends = [];
    private readonly List<string> _lost = [];
    private int _kept;

    /// <summary>Counts a fault that ended well, and the finished files that outlived it.</summary>
    public void Add(FaultEnd end, int kept = 0)
    {
        lock (_lock)
        {
            _ends[end] = Count(end) + 1;
            _kept += kept;
        }
    }

    /// <summary>Counts a fault after which something was not as it must be.</summary>
    public void Lose(string how)
    {
        lock (_lock)
            _lost.Add(how);
    }

    public int Count(FaultEnd end) => _ends.GetValueOrDefault(end);

    /// <summary>How many finished files went on in the layers of resumed jobs.</summary>
    public int Kept => _kept;

    public override string ToString() =>
        $"fault matrix: {name}: {operations} operations, {_ends.Values.Sum() + _lost.Count} faults, "
        + $"{Count(FaultEnd.Overcome)} overcome, {Count(FaultEnd.Refused)} refused, {Count(FaultEnd.Resumed)} resumed, "
        + $"{Count(FaultEnd.Dead)} dead, {_kept} files kept, lost {_lost.Count}";

    /// <summary>Leaves the figures, and fails if anything was lost.</summary>
    public void Close()
    {
        if (Environment.GetEnvironmentVariable("BACKUPSQL_FAULT_COUNTS") is { Length: > 0 } directory)
            File.WriteAllText(Path.Combine(directory, string.Concat(name.Where(char.IsAsciiLetterOrDigit)) + ".txt"), $"{this}\n");
        Assert.True(_lost.Count == 0, $"{this}\n{string.Join('\n', _lost.Take(ShownFailures))}");
    }
}
