namespace Backup.Sql.Storage;

/// <summary>The objects behind memory stores, under their full names. One lock guards all of them.</summary>
internal sealed class MemoryBucket
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryContent> _objects = new(StringComparer.Ordinal);

    public bool TryAdd(string name, MemoryContent content)
    {
        lock (_lock)
            return _objects.TryAdd(name, content);
    }

    public MemoryContent? Find(string name)
    {
        lock (_lock)
            return _objects.GetValueOrDefault(name);
    }

    public void Remove(string name)
    {
        lock (_lock)
            _objects.Remove(name);
    }

    /// <summary>Names below a location and their sizes, as they are now, in the order of listings.</summary>
    public List<(string Name, long Length)> Snapshot(string location)
    {
        var found = new List<(string Name, long Length)>();
        lock (_lock)
        {
            foreach (var (name, content) in _objects)
            {
                if (name.StartsWith(location, StringComparison.Ordinal))
                    found.Add((name[location.Length..], content.Length));
            }
        }

        found.Sort((left, right) => ObjectName.Compare(left.Name, right.Name));
        return found;
    }
}
