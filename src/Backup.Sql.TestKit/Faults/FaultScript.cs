using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// What a run of one simulated process meets: counts the calls of all <see cref="FaultStore"/>s that share it, makes
/// the scripted ones fail, and remembers what was stored. Run once without rules to learn how many calls there are,
/// then once for each call with a fault at it.
/// </summary>
/// <remarks>
/// After a crash the process is dead: all stores opened so far fail every call, with an error that is not transient,
/// for ever. <see cref="Reopen"/> starts the next process; it opens its own stores.
/// </remarks>
public sealed class FaultScript
{
    private readonly Lock _lock = new();
    private readonly List<StoreCall> _calls = [];
    private readonly List<FaultRule> _rules = [];
    private readonly Dictionary<string, byte[]> _stored = new(StringComparer.Ordinal);
    private readonly List<string> _overwritten = [];
    private int _process;
    private bool _crashed;

    /// <summary>The calls so far, those that failed included.</summary>
    public IReadOnlyList<StoreCall> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>True between a crash and <see cref="Reopen"/>.</summary>
    public bool HasCrashed
    {
        get
        {
            lock (_lock)
                return _crashed;
        }
    }

    /// <summary>
    /// Is called when the process dies, before the call that it dies in fails: a test cuts there whatever else the
    /// process could still reach, such as a state store. Default: nothing.
    /// </summary>
    public Action? OnCrash { get; set; }

    /// <summary>
    /// Names that were written although they held an object: always empty for a store that keeps its word.
    /// </summary>
    public IReadOnlyList<string> Overwritten
    {
        get
        {
            lock (_lock)
                return [.. _overwritten];
        }
    }

    /// <summary>
    /// The rules that have not hit a call yet: a test that expects a fault to matter finds none here.
    /// </summary>
    public IReadOnlyList<FaultRule> Unhit
    {
        get
        {
            lock (_lock)
                return [.. _rules.Where(rule => rule.Hits == 0)];
        }
    }

    /// <summary>
    /// Tells whether a fault makes sense for an operation; rules pass over calls for which it makes none.
    /// </summary>
    /// <param name="kind">The fault.</param>
    /// <param name="operation">The operation.</param>
    /// <returns>True if the operation can fail so.</returns>
    public static bool CanHappen(FaultKind kind, StoreOperation operation) => kind switch
    {
        FaultKind.ShortRead => operation is StoreOperation.Read,
        FaultKind.ConnectionReset => operation is StoreOperation.Read or StoreOperation.WritePart
            or StoreOperation.PutIfAbsent or StoreOperation.List,
        FaultKind.NotFound => operation is StoreOperation.Read or StoreOperation.Head,
        FaultKind.DiskFull => operation is StoreOperation.BeginPut or StoreOperation.WritePart
            or StoreOperation.Complete or StoreOperation.PutIfAbsent,
        _ => true,
    };

    /// <summary>Makes one call fail, by its place.</summary>
    /// <param name="call">The call, counted from 1 over the whole life of the script.</param>
    /// <param name="kind">What goes wrong.</param>
    /// <returns>The rule, to ask whether it was hit.</returns>
    public FaultRule At(int call, FaultKind kind) =>
        Add(new FaultRule(kind, $"at call {call}", seen => seen.Index == call, 0, 1));

    /// <summary>Makes calls of one kind fail.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="kind">What goes wrong.</param>
    /// <param name="skip">So many matching calls pass first.</param>
    /// <param name="times">So many matching calls fail then.</param>
    /// <param name="name">Which names match; null for all.</param>
    /// <returns>The rule, to ask whether it was hit.</returns>
    public FaultRule On(
        StoreOperation operation, FaultKind kind, int skip = 0, int times = 1, Func<string, bool>? name = null) =>
        Add(new FaultRule(
            kind,
            $"on {operation}",
            seen => seen.Operation == operation && (name is null || name(seen.Name)),
            skip,
            times));

    /// <summary>
    /// Starts the next process. Stores of the earlier one stay dead; rules that were not used up stay.
    /// </summary>
    public void Reopen()
    {
        lock (_lock)
        {
            _process++;
            _crashed = false;
        }
    }

    /// <summary>Insists that every rule hit at least one call.</summary>
    /// <exception cref="ConformanceException">A rule was never hit.</exception>
    public void RequireAllHit()
    {
        if (Unhit is { Count: > 0 } unhit)
            throw new ConformanceException($"scripted faults that never happened: {string.Join("; ", unhit)}");
    }

    internal int Process
    {
        get
        {
            lock (_lock)
                return _process;
        }
    }

    /// <summary>Counts a call and finds its fault.</summary>
    internal FaultKind? Enter(int process, StoreOperation operation, string name)
    {
        lock (_lock)
        {
            RequireAlive(process);
            var call = new StoreCall(_calls.Count + 1, operation, name);
            _calls.Add(call);
            var rule = _rules.Find(candidate => candidate.Takes(call));
            return rule?.Kind;
        }
    }

    internal bool IsAlive(int process)
    {
        lock (_lock)
            return !_crashed && process == _process;
    }

    internal void RequireAlive(int process)
    {
        if (!IsAlive(process))
            throw FaultErrors.ProcessDied();
    }

    [DoesNotReturn]
    internal void Crash()
    {
        lock (_lock)
            _crashed = true;
        OnCrash?.Invoke();
        throw FaultErrors.ProcessDied();
    }

    internal void NoteStored(string name, byte[] hash)
    {
        lock (_lock)
        {
            if (!_stored.TryAdd(name, hash))
                _overwritten.Add(name);
        }
    }

    internal void NoteDeleted(string name)
    {
        lock (_lock)
            _stored.Remove(name);
    }

    /// <summary>Compares an object's bytes with those that were stored under its name.</summary>
    internal bool IsAsStored(string name, ReadOnlySpan<byte> content)
    {
        lock (_lock)
            return _stored.TryGetValue(name, out var hash) && hash.AsSpan().SequenceEqual(SHA256.HashData(content));
    }

    internal IReadOnlyList<string> StoredBelow(string location)
    {
        lock (_lock)
            return [.. _stored.Keys.Where(name => name.StartsWith(location, StringComparison.Ordinal)).Order()];
    }

    private FaultRule Add(FaultRule rule)
    {
        lock (_lock)
            _rules.Add(rule);
        return rule;
    }
}
