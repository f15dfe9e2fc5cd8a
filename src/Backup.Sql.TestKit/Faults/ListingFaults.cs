using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// How the listings of all <see cref="ListingFaultStore"/>s that share it go wrong, while reads, sizes and puts stay
/// what they are: so do stores whose listings are kept apart from their objects, caches before a store, and tools that
/// copy buckets. All of it may be changed between calls.
/// </summary>
public sealed class ListingFaults
{
    private readonly Lock _lock = new();
    private readonly List<Change> _changes = [];
    private readonly TimeProvider _time;
    private readonly SeededRandomSource _random;
    private long? _frozen;
    private int _altered;

    /// <summary>Begins without any fault.</summary>
    /// <param name="time">The clock that <see cref="Delay"/> goes by.</param>
    /// <param name="seed">Repeats the disorder of <see cref="IsUnordered"/>.</param>
    public ListingFaults(TimeProvider time, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _random = new SeededRandomSource(seed);
    }

    /// <summary>
    /// How long it takes until a listing shows what was put, and no longer shows what was deleted. Default: no time.
    /// </summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether entries come twice. Default: no.</summary>
    public bool IsDuplicated { get; set; }

    /// <summary>Whether entries come in any order, against the contract. Default: no.</summary>
    public bool IsUnordered { get; set; }

    /// <summary>
    /// Whether each directory has an empty object of its own name with a slash at its end, as consoles and copying
    /// tools leave them. Default: no.
    /// </summary>
    public bool HasDirectoryMarkers { get; set; }

    /// <summary>
    /// Names, with their location, that listings leave out although the objects are there. Default: none.
    /// </summary>
    public Func<string, bool> IsHidden { get; set; } = _ => false;

    /// <summary>How many listings came out other than they should: a test insists that there were some.</summary>
    public int Altered => Volatile.Read(ref _altered);

    /// <summary>From now on listings stay what they are now, whatever is put or deleted.</summary>
    public void Freeze()
    {
        lock (_lock)
            _frozen ??= _time.GetTimestamp();
    }

    /// <summary>Lets listings follow again.</summary>
    public void Thaw()
    {
        lock (_lock)
            _frozen = null;
    }

    internal void NotePut(string name) => Note(new Change(name, _time.GetTimestamp(), null));

    internal void NoteDelete(string name, long length) => Note(new Change(name, _time.GetTimestamp(), length));

    internal void NoteAltered() => Interlocked.Increment(ref _altered);

    /// <summary>Whether a listing does not show an object that is there.</summary>
    internal bool IsUnseen(string name)
    {
        lock (_lock)
        {
            return IsHidden(name)
                || (_changes.FindLast(change => change.Name == name) is { Length: null } put && IsYoung(put));
        }
    }

    /// <summary>What a listing still shows although it is gone.</summary>
    internal IReadOnlyList<(string Name, long Length)> Ghosts(string prefix)
    {
        lock (_lock)
        {
            return [.. _changes.Where(change => change.Length is not null && IsYoung(change)
                    && change.Name.StartsWith(prefix, StringComparison.Ordinal)
                    && !_changes.Any(put => put.Name == change.Name && put.Length is null && IsYoung(put)))
                .Select(change => (change.Name, change.Length!.Value))];
        }
    }

    internal void Shuffle<T>(List<T> entries)
    {
        lock (_lock)
        {
            for (var i = entries.Count - 1; i > 0; i--)
            {
                var other = _random.Next(i + 1);
                (entries[i], entries[other]) = (entries[other], entries[i]);
            }
        }
    }

    private void Note(Change change)
    {
        lock (_lock)
            _changes.Add(change);
    }

    private bool IsYoung(Change change) =>
        change.Timestamp > (_frozen ?? long.MaxValue) || _time.GetElapsedTime(change.Timestamp) < Delay;

    private sealed record Change(string Name, long Timestamp, long? Length);
}
