using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Faults;

/// <summary>
/// A store, as one simulated process sees it, whose calls fail as a <see cref="FaultScript"/> says. It belongs to the
/// process that runs when it is made; after a crash and <see cref="FaultScript.Reopen"/> a new one is made around the
/// same store.
/// </summary>
public sealed class FaultStore : IObjectStore
{
    private readonly IObjectStore _inner;
    private readonly FaultScript _script;
    private readonly string _location;
    private readonly int _process;

    /// <summary>Wraps a store.</summary>
    /// <param name="inner">The store that really stores.</param>
    /// <param name="script">Counts calls and says which fail; shared by all stores of a run.</param>
    /// <param name="location">Tells stores of one script apart; empty when there is only one.</param>
    public FaultStore(IObjectStore inner, FaultScript script, string location = "")
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(location);
        _inner = inner;
        _script = script;
        _location = location.Length == 0 ? "" : location.TrimEnd('/') + "/";
        _process = script.Process;
    }

    /// <inheritdoc/>
    public StoreCapabilities Capabilities => _inner.Capabilities;

    /// <inheritdoc/>
    public async ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default)
    {
        var fault = Enter(StoreOperation.BeginPut, name, cancellationToken);
        var writer = await _inner.BeginPutAsync(name, cancellationToken).ConfigureAwait(false);
        Leave(fault, name);
        return new FaultObjectWriter(this, name, writer);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var fault = Enter(StoreOperation.PutIfAbsent, name, cancellationToken);
        var created = await _inner.PutIfAbsentAsync(name, content, cancellationToken).ConfigureAwait(false);
        if (created)
            NoteStored(name, SHA256.HashData(content.Span));
        Leave(fault, name);
        return created;
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(
        string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var fault = Enter(StoreOperation.Read, name, cancellationToken);
        var arriving = fault is FaultKind.ShortRead or FaultKind.ConnectionReset
            ? buffer[..(buffer.Length / 2)]
            : buffer;
        await _inner.ReadAsync(name, offset, arriving, cancellationToken).ConfigureAwait(false);
        if (fault == FaultKind.ShortRead)
            throw FaultErrors.ShortRead(name);
        Leave(fault, name);
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
    {
        var fault = Enter(StoreOperation.Head, name, cancellationToken);
        if (fault == FaultKind.NotFound)
            return null;
        var found = await _inner.HeadAsync(name, cancellationToken).ConfigureAwait(false);
        Leave(fault, name);
        return found;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListEntry> ListAsync(
        ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var fault = Enter(StoreOperation.List, request.Prefix, cancellationToken);
        var entries = await _inner.ListAsync(request, cancellationToken).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        var arriving = fault is null ? entries.Count : entries.Count / 2;
        for (var i = 0; i < arriving; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _script.RequireAlive(_process);
            yield return entries[i];
        }

        Leave(fault, request.Prefix);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        var fault = Enter(StoreOperation.Delete, name, cancellationToken);
        _script.NoteDeleted(_location + name);
        await _inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        Leave(fault, name);
    }

    /// <inheritdoc/>
    public ValueTask RemoveUnfinishedAsync(string directory, CancellationToken cancellationToken = default) =>
        _inner.RemoveUnfinishedAsync(directory, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>
    /// Reads everything that was stored through the script at this location and not deleted, past all faults, and
    /// insists that it is what was put first.
    /// </summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ConformanceException">An object was overwritten, changed or lost.</exception>
    public async ValueTask RequireNothingOverwrittenAsync(CancellationToken cancellationToken = default)
    {
        if (_script.Overwritten is { Count: > 0 } overwritten)
            throw new ConformanceException($"overwritten: {string.Join(", ", overwritten)}");
        foreach (var fullName in _script.StoredBelow(_location))
        {
            var name = fullName[_location.Length..];
            var found = await _inner.HeadAsync(name, cancellationToken).ConfigureAwait(false)
                ?? throw new ConformanceException($"lost: {fullName}");
            var content = new byte[found.Length];
            await _inner.ReadAsync(name, 0, content, cancellationToken).ConfigureAwait(false);
            if (!_script.IsAsStored(fullName, content))
                throw new ConformanceException($"changed: {fullName}");
        }
    }

    internal bool IsAlive => _script.IsAlive(_process);

    /// <summary>Counts a call, and fails it if it is to fail before it has an effect.</summary>
    internal FaultKind? Enter(StoreOperation operation, string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var fault = _script.Enter(_process, operation, _location + name);
        switch (fault)
        {
            case FaultKind.TimeoutWithoutEffect:
                throw FaultErrors.NoAnswer(name);
            case FaultKind.Throttled:
                throw FaultErrors.Busy(name);
            case FaultKind.AccessDenied:
                throw FaultErrors.AccessDenied(name);
            case FaultKind.DiskFull:
                throw FaultErrors.DiskFull(name);
            case FaultKind.ConnectionReset when operation is StoreOperation.WritePart or StoreOperation.PutIfAbsent:
                throw FaultErrors.ConnectionReset(name);
            case FaultKind.NotFound when operation == StoreOperation.Read:
                throw FaultErrors.NotFound(name);
            case FaultKind.CrashBefore:
                _script.Crash();
                break;

            // What is torn here leaves no trace; parts, whole objects and deletions do.
            case FaultKind.CrashTorn when operation is not
                (StoreOperation.WritePart or StoreOperation.PutIfAbsent or StoreOperation.Delete):
                _script.Crash();
                break;
        }

        return fault;
    }

    /// <summary>Fails a call that took effect, if its caller is not to hear of it.</summary>
    internal void Leave(FaultKind? fault, string name)
    {
        if (fault is FaultKind.CrashAfter or FaultKind.CrashTorn)
            _script.Crash();
        _script.RequireAlive(_process);
        if (fault == FaultKind.TimeoutWithEffect)
            throw FaultErrors.NoAnswer(name);
        if (fault == FaultKind.ConnectionReset)
            throw FaultErrors.ConnectionReset(name);
    }

    internal void NoteStored(string name, byte[] hash) => _script.NoteStored(_location + name, hash);
}
