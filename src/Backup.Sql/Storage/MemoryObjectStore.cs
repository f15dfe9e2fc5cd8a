using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// A store in memory: what tests and trials write to. Disposing it keeps the objects for others that see them.
/// </summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly MemoryBucket _bucket;
    private readonly string _location;

    /// <summary>Makes an empty store that nobody else sees.</summary>
    public MemoryObjectStore()
        : this(new MemoryBucket(), "")
    {
    }

    internal MemoryObjectStore(MemoryBucket bucket, string location)
    {
        _bucket = bucket;
        _location = location;
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => StoreCapabilities.ConditionalPut | StoreCapabilities.StrongListing;

    /// <inheritdoc/>
    public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
        if (_bucket.Find(_location + name) is not null)
            throw Errors.ObjectExists(name);
        return new(new MemoryObjectWriter(_bucket, _location + name, name));
    }

    /// <inheritdoc/>
    public ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
        var stored = new MemoryContent();
        stored.Append(content);
        return new(_bucket.TryAdd(_location + name, stored));
    }

    /// <inheritdoc/>
    public ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var content = _bucket.Find(_location + name) ?? throw Errors.ObjectNotFound(name);
        if (offset > content.Length - buffer.Length)
            throw Errors.ObjectEndsEarly(name, offset, buffer.Length, content.Length);
        content.CopyTo(offset, buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
        return new(_bucket.Find(_location + name) is { } content ? new ObjectInfo(name, content.Length) : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fold = new ListFold(request);
        foreach (var (name, length) in _bucket.Snapshot(_location))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (fold.TryFold(name, length, out var entry))
                yield return entry;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectName.Check(name);
        _bucket.Remove(_location + name);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
