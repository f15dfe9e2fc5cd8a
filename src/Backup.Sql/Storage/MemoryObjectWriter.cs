using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

internal sealed class MemoryObjectWriter(MemoryBucket bucket, string fullName, string name) : IObjectWriter
{
    private MemoryContent? _content = new();

    public ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Open().Append(part);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var content = Open();
        _content = null;
        return bucket.TryAdd(fullName, content) ? ValueTask.CompletedTask : throw Errors.ObjectExists(name);
    }

    public ValueTask DisposeAsync()
    {
        _content = null;
        return ValueTask.CompletedTask;
    }

    private MemoryContent Open() => _content
        ?? throw new InvalidOperationException("the object was completed or discarded; begin a new one");
}
