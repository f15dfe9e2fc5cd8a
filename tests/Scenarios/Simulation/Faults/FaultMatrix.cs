using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// Every call that a statement makes to its store fails once in every way, and the process dies before, in and after
/// each of them. The statement is run once to learn its calls, then once for each fault in a world of its own.
/// </summary>
internal static class FaultMatrix
{
    private const int Attempts = 40;

    /// <summary>Runs the matrix of a statement.</summary>
    /// <param name="name">What the figures are called.</param>
    /// <param name="make">Makes the world and the statement.</param>
    /// <param name="isChosen">Which faults at which of the statement's calls; null for all that can happen.</param>
    /// <param name="atOnce">How many of them at the same time.</param>
    public static async Task<FaultTally> RunAsync(
        string name, Func<FaultCase> make, Func<int, FaultKind, bool>? isChosen = null, int atOnce = 1)
    {
        var calls = await LearnAsync(make);
        Assert.InRange(calls.Count, 4, 400);
        var tally = new FaultTally(name, calls.Count);
        var faults =
            from place in Enumerable.Range(0, calls.Count)
            from kind in Enum.GetValues<FaultKind>()
            where FaultScript.CanHappen(kind, calls[place].Operation) && isChosen?.Invoke(place, kind) != false
            select (Place: place, Kind: kind);
        await Parallel.ForEachAsync(faults, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (fault, _) =>
        {
            var call = calls[fault.Place];
            try
            {
                await RunOneAsync(make, fault.Place + 1, fault.Kind, tally);
            }
            catch (Exception failure)
            {
                tally.Lose($"{fault.Kind} at call {fault.Place + 1}, {call.Operation} {call.Name}: {failure}");
            }
        });
        tally.Close();
        return tally;
    }

    /// <summary>
    /// Chooses every crash at every call and a quarter of the other faults, each at calls of every kind: for statements
    /// whose calls are much like those of another one that meets everything.
    /// </summary>
    public static bool IsCrashOrDrawn(int place, FaultKind kind) =>
        kind is FaultKind.CrashBefore or FaultKind.CrashAfter or FaultKind.CrashTorn || (place + (int)kind) % 4 == 0;

    /// <summary>
    /// Chooses a crash at every call, of one kind after the other, and of the other faults an eighth: where calls take
    /// their time, or much like them has met everything already.
    /// </summary>
    public static bool IsOneOfEach(int place, FaultKind kind) => kind switch
    {
        FaultKind.CrashBefore => place % 3 == 0,
        FaultKind.CrashAfter => place % 3 == 1,
        FaultKind.CrashTorn => place % 3 == 2,
        _ => (place + (int)kind) % 8 == 0,
    };

    // Steps of a plan run side by side, and a checkpoint that comes while another is written is left out: one run in a
    // hundred makes other calls than the rest, more where the machine is busy. The calls that came three times are those
    // that the faults can count on.
    private static async Task<IReadOnlyList<StoreCall>> LearnAsync(Func<FaultCase> make)
    {
        var seen = new Dictionary<string, int>();
        while (true)
        {
            await using var run = make();
            await run.PrepareAsync();
            var before = run.Script.Calls.Count;
            await run.ActAsync();
            IReadOnlyList<StoreCall> calls = [.. run.Script.Calls.Skip(before)];
            var operations = string.Join(' ', calls.Select(call => call.Operation));
            if ((seen[operations] = seen.GetValueOrDefault(operations) + 1) == 3)
                return calls;
        }
    }

    // A run may still have other calls than those learned. Then it is run again, for a fault that is never hit proves
    // nothing.
    private static async Task RunOneAsync(Func<FaultCase> make, int call, FaultKind kind, FaultTally tally)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var run = make();
            await run.PrepareAsync();
            run.Script.At(run.Script.Calls.Count + call, kind);
            var acknowledged = await run.TryAsync();
            if (run.Script.Unhit.Count > 0 && attempt < Attempts)
                continue;
            run.Script.RequireAllHit();
            var (end, kept) = await CheckAsync(run, acknowledged, kind);
            tally.Add(end, kept);
            return;
        }
    }

    private static async Task<(FaultEnd End, int Kept)> CheckAsync(FaultCase run, bool acknowledged, FaultKind kind)
    {
        if (IsPassing(kind))
            Assert.True(acknowledged, "A passing fault must be overcome by trying again.");
        var crashed = run.Script.HasCrashed;
        var noted = crashed ? await run.ReadNotedAsync() : new Dictionary<string, byte[]>();
        run.Script.Reopen();
        await run.Bench.ReopenAsync();
        var resumed = crashed && await run.AdoptAsync();
        Assert.Empty(run.Bench.Leftovers());
        if (resumed)
            await run.CheckKeptAsync(noted);
        await run.CheckAsync(acknowledged || resumed, kind);
        Assert.Empty(run.Script.Overwritten);
        await run.CheckObjectsAsync();
        var end = resumed ? FaultEnd.Resumed : acknowledged ? FaultEnd.Overcome : crashed ? FaultEnd.Dead : FaultEnd.Refused;
        return (end, resumed ? noted.Count : 0);
    }

    private static bool IsPassing(FaultKind kind) => kind is FaultKind.TimeoutWithEffect or FaultKind.TimeoutWithoutEffect
        or FaultKind.Throttled or FaultKind.ConnectionReset;
}
