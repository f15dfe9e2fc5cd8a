using System.Text;
using System.Text.Json;

namespace CsvSample;

/// <summary>
/// The directory: immutable files of rows, and one file that names those of the present. Whoever replaces that one by
/// another changes everything at once.
/// </summary>
internal sealed class CsvStore : IDisposable
{
    private const string ManifestName = "MANIFEST";

    private readonly Lock _gate = new();
    private readonly List<CsvManifest> _pinned = [];
    private readonly string _directory;
    private readonly FileStream _ownership;
    private readonly TimeProvider _clock;
    private CsvManifest _current;
    private long _lastTime;
    private long _lastFile;

    public CsvStore(string directory, TimeProvider clock)
    {
        Directory.CreateDirectory(directory);
        _directory = directory;
        _clock = clock;

        // One process at a time: the lock goes with the process, however it ends.
        _ownership = new FileStream(PathOf("LOCK"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        _current = File.Exists(PathOf(ManifestName))
            ? JsonSerializer.Deserialize<CsvManifest>(File.ReadAllText(PathOf(ManifestName)))!
            : new CsvManifest(Guid.NewGuid().ToString("N"), 0, 0, []);
        _lastTime = _current.Microseconds;
        RemoveWhatNobodyNames();
    }

    public string ClusterId => _current.ClusterId;

    /// <summary>A time, later than all that were given before.</summary>
    public long Tick()
    {
        lock (_gate)
        {
            var now = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            return _lastTime = Math.Max(now, _lastTime + 1);
        }
    }

    // docs: pin
    /// <summary>Keeps the present readable until it is let go.</summary>
    public (CsvManifest Manifest, long Time) Pin()
    {
        lock (_gate)
        {
            _pinned.Add(_current);
            return (_current, Tick());
        }
    }

    public void Unpin(CsvManifest manifest)
    {
        lock (_gate)
        {
            _pinned.RemoveAt(_pinned.FindIndex(pinned => ReferenceEquals(pinned, manifest)));
            Sweep(manifest);
        }
    }

    // docs: end

    // docs: commit
    /// <summary>Makes the next state out of the present one, one writer at a time.</summary>
    /// <param name="change">Gives the next state, and has written its files; may throw to change nothing.</param>
    public void Commit(Func<CsvManifest, CsvManifest> change)
    {
        lock (_gate)
        {
            var last = _current;
            var next = change(last) with { Microseconds = Tick() };
            Write(ManifestName + ".new", JsonSerializer.Serialize(next));
            File.Move(PathOf(ManifestName + ".new"), PathOf(ManifestName), overwrite: true);
            _current = next;
            Sweep(last);
        }
    }

    /// <summary>Writes rows to a file that nobody names yet.</summary>
    /// <returns>Its name.</returns>
    public string WriteRows(CsvRows rows)
    {
        var name = $"{Interlocked.Increment(ref _lastFile)}.csv";
        Write(name, rows.ToString());
        return name;
    }

    // docs: end

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public void Delete(string file) => File.Delete(PathOf(file));

    public void Dispose() => _ownership.Dispose();

    private void Sweep(CsvManifest old)
    {
        foreach (var file in old.Files.Except(_pinned.Append(_current).SelectMany(manifest => manifest.Files)))
            Delete(file);
    }

    /// <summary>Files of changes and restores that a dead process had not finished.</summary>
    private void RemoveWhatNobodyNames()
    {
        var named = _current.Files.ToHashSet();
        foreach (var file in Directory.GetFiles(_directory, "*.csv").Select(path => Path.GetFileName(path)))
        {
            _lastFile = Math.Max(_lastFile, long.Parse(Path.GetFileNameWithoutExtension(file), null));
            if (!named.Contains(file))
                Delete(file);
        }
    }

    private void Write(string name, string text)
    {
        using var file = new FileStream(PathOf(name), FileMode.Create);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    private string PathOf(string name) => Path.Combine(_directory, name);
}
