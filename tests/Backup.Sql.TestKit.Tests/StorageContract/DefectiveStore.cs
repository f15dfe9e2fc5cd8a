using System.Runtime.CompilerServices;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Tests.StorageContract;

/// <summary>A store with one defect, to show that the suite finds it.</summary>
internal sealed class DefectiveStore(Defect defect, Dictionary<string, ReadOnlyMemory<byte>> objects) : IObjectStore
{
    private readonly HashSet<string> _mine = [];

    public StoreCapabilities Capabilities => StoreCapabilities.ConditionalPut | StoreCapabilities.StrongListing;

    public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(ref name, cancellationToken);
        return new(new Writer(this, name));
    }

    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Enter(ref name, cancellationToken);
        if (defect == Defect.ChecksThenActs)
        {
            var isFree = !Contains(name);
            await Task.Yield();
            if (isFree)
                Set(name, content.ToArray());
            return isFree;
        }

        return TryAdd(name, content.ToArray()) || defect == Defect.TellsEveryPutThatItWon;
    }

    public ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Enter(ref name, cancellationToken);
        if (!Contains(name) || (defect == Defect.ReadsLate && !_mine.Contains(name)))
        {
            throw defect == Defect.ThrowsForeignErrors
                ? new KeyNotFoundException(name)
                : new BackupSqlException(SqlStates.UndefinedFile, "not found");
        }

        ReadOnlyMemory<byte> content;
        lock (objects)
            content = objects[name];
        var available = Math.Max(0, Math.Min(buffer.Length, content.Length - offset));
        if (available < buffer.Length || offset > content.Length)
        {
            if (defect != Defect.FillsTheEndWithZeros)
                throw new BackupSqlException(SqlStates.DataCorrupted, "too short");
        }

        if (defect == Defect.ReadsOneByteTooFew && available > 1)
            available--;
        if (available > 0)
            content.Slice((int)offset, (int)available).CopyTo(buffer);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(ref name, cancellationToken);
        lock (objects)
            return new(objects.TryGetValue(name, out var content) ? new ObjectInfo(name, content.Length) : null);
    }

    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (defect != Defect.IgnoresCancellation)
            cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        List<(string Name, long Length)> found;
        lock (objects)
            found = [.. objects.Select(pair => (pair.Key, (long)pair.Value.Length))];
        var order = defect == Defect.ListsInTheOrderOfUtf16 ? StringComparer.Ordinal : ObjectName.Order;
        if (defect == Defect.IgnoresDelimiters)
            request = request with { Delimiter = null };
        if (defect == Defect.ListsTheStartToo && request.StartAfter is { Length: > 0 } start)
            request = request with { StartAfter = start[..^1] };
        var fold = new ListFold(request);
        var listed = 0;
        foreach (var (name, length) in found.OrderBy(pair => pair.Name, order))
        {
            if (defect == Defect.ListsLate && !_mine.Contains(name))
                continue;
            if (fold.TryFold(name, length, out var entry) && (++listed <= 1000 || defect != Defect.ListsOnlyOnePage))
                yield return entry;
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        Enter(ref name, cancellationToken);
        lock (objects)
        {
            var names = defect == Defect.DeletesByPrefix
                ? objects.Keys.Where(key => key.StartsWith(name, StringComparison.Ordinal)).ToList()
                : [name];
            if (!names.Exists(objects.Remove) && defect == Defect.FailsToDeleteTwice)
                throw new BackupSqlException(SqlStates.UndefinedFile, "not found");
            names.ForEach(key => objects.Remove(key));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Enter(ref string name, CancellationToken cancellationToken)
    {
        if (defect != Defect.IgnoresCancellation)
            cancellationToken.ThrowIfCancellationRequested();
        if (defect != Defect.AcceptsAnyName)
            ObjectName.Check(name);
        if (defect == Defect.DecodesNames)
            name = Uri.UnescapeDataString(name);
    }

    private bool Contains(string name)
    {
        lock (objects)
            return objects.ContainsKey(name);
    }

    private void Set(string name, ReadOnlyMemory<byte> content)
    {
        lock (objects)
            objects[name] = content;
        _mine.Add(name);
    }

    private bool TryAdd(string name, ReadOnlyMemory<byte> content)
    {
        lock (objects)
        {
            if (objects.ContainsKey(name) && defect != Defect.OverwritesTakenNames)
                return false;
            objects[name] = content;
            _mine.Add(name);
            return true;
        }
    }

    private sealed class Writer(DefectiveStore store, string name) : IObjectWriter
    {
        private readonly List<ReadOnlyMemory<byte>> _parts = [];
        private bool _done;

        private Defect Defect => store.Defect;

        public ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
        {
            if (Defect != Defect.IgnoresCancellation)
                cancellationToken.ThrowIfCancellationRequested();
            _parts.Add(Defect == Defect.KeepsTheCallersMemory ? part : part.ToArray());
            if (Defect == Defect.ShowsUnfinishedObjects)
                store.Set(name, Content());
            return ValueTask.CompletedTask;
        }

        public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
        {
            if (Defect != Defect.IgnoresCancellation)
                cancellationToken.ThrowIfCancellationRequested();
            _done = true;
            if (Defect == Defect.LosesEmptyParts && _parts.Count == 0)
                return ValueTask.CompletedTask;
            if (Defect == Defect.ShowsUnfinishedObjects)
                store.Set(name, Content());
            else if (!store.TryAdd(name, Content()))
                throw new BackupSqlException(SqlStates.DuplicateFile, "exists");
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            if (!_done && Defect == Defect.CompletesAbandonedWriters)
                store.TryAdd(name, Content());
            return ValueTask.CompletedTask;
        }

        private byte[] Content() => [.. _parts.SelectMany(part => part.ToArray())];
    }

    private Defect Defect => defect;
}
