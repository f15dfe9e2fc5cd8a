using System.Security.Cryptography;
using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.Faults;

internal sealed class FaultObjectWriter(FaultStore store, string name, IObjectWriter inner) : IObjectWriter
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _completed;

    public async ValueTask WritePartAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken = default)
    {
        var fault = store.Enter(StoreOperation.WritePart, name, cancellationToken);

        // By contract this part will be given again: the store below must not keep it twice.
        if (fault == FaultKind.TimeoutWithEffect)
            throw FaultErrors.NoAnswer(name);
        var sent = fault == FaultKind.CrashTorn ? part[..(part.Length / 2)] : part;
        await inner.WritePartAsync(sent, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(sent.Span);
        store.Leave(fault, name);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        var fault = store.Enter(StoreOperation.Complete, name, cancellationToken);
        if (_completed)
            throw FaultErrors.Exists(name);
        await inner.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _completed = true;
        store.NoteStored(name, _hash.GetHashAndReset());
        store.Leave(fault, name);
    }

    public ValueTask DisposeAsync()
    {
        _hash.Dispose();

        // A dead process cleans up nothing: what it wrote aside stays where it is.
        return store.IsAlive ? inner.DisposeAsync() : ValueTask.CompletedTask;
    }
}
