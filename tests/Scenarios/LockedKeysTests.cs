using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios;

/// <summary>
/// A passphrase that is to be dropped where nothing can be deleted: the statement fails, and says that the passphrase goes
/// on opening the chain, which is so.
/// </summary>
public sealed class LockedKeysTests
{
    private const string Drop = "ALTER BACKUP LATEST IN 'mem://depot' DROP PASSPHRASE = 'one'";

    [Fact]
    public async Task A_store_that_locks_objects_is_told_before_anything_is_put()
    {
        await using var bench = await OpenAsync(provider => new Locking(provider));
        var before = await bench.StateAsync();
        var refused = await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync(Drop));
        Assert.Equal(SqlStates.ObjectNotInState, refused.SqlState);
        Assert.Contains("locks objects", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await bench.StateAsync());
        await RequireOpensAsync(bench, "one", "two");
    }

    [Fact]
    public async Task A_store_that_refuses_to_delete_leaves_a_passphrase_that_opens_and_the_next_try_drops_it()
    {
        var script = new FaultScript();
        await using var bench = await OpenAsync(provider => new FaultStoreProvider(provider, script));
        script.On(
            StoreOperation.Delete, FaultKind.AccessDenied, times: 2, name: name => name.Contains("ENCRYPTION-INFO", StringComparison.Ordinal));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refused = await Assert.ThrowsAsync<BackupSqlException>(() => bench.RunAsync(Drop));
            Assert.Equal(SqlStates.InsufficientPrivilege, refused.SqlState);
            Assert.StartsWith("the passphrase still opens the backup", refused.Message, StringComparison.Ordinal);
            Assert.Contains("ENCRYPTION-INFO", refused.Detail, StringComparison.Ordinal);
            Assert.NotNull(refused.Hint);
            await RequireOpensAsync(bench, "one", "two");
        }

        script.RequireAllHit();
        await bench.RunAsync(Drop);
        await RequireOpensAsync(bench, "two");
        var gone = await Assert.ThrowsAsync<BackupSqlException>(() => RequireOpensAsync(bench, "one"));
        Assert.Equal(SqlStates.WrongKey, gone.SqlState);
    }

    private static async Task<Bench> OpenAsync(Func<IObjectStoreProvider, IObjectStoreProvider> wrap)
    {
        var bench = new Bench(new BenchSetup { Engines = "memory", Wrap = wrap });
        bench.Engine.Execute("shop", "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
        await bench.RunAsync("BACKUP DATABASE shop INTO 'mem://depot' WITH encryption_passphrase = 'one'");
        await bench.RunAsync("ALTER BACKUP LATEST IN 'mem://depot' ADD NEW_PASSPHRASE = 'two' WITH OLD_PASSPHRASE = 'one'");
        return bench;
    }

    private static async Task RequireOpensAsync(Bench bench, params string[] passphrases)
    {
        foreach (var passphrase in passphrases)
        {
            await bench.RunAsync(
                $"RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'proof', encryption_passphrase = '{passphrase}'");
            bench.Engine.Drop("proof");
        }
    }

    private sealed class Locking(IObjectStoreProvider inner) : IObjectStoreProvider
    {
        public IReadOnlyList<string> Schemes => inner.Schemes;

        public void Check(StoreUri uri) => inner.Check(uri);

        public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            new LockingStore(await inner.OpenAsync(uri, cancellationToken));
    }

    private sealed class LockingStore(IObjectStore inner) : IObjectStore
    {
        public StoreCapabilities Capabilities => inner.Capabilities | StoreCapabilities.ObjectLock;

        public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
            inner.BeginPutAsync(name, cancellationToken);

        public ValueTask<bool> PutIfAbsentAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
            inner.PutIfAbsentAsync(name, content, cancellationToken);

        public ValueTask ReadAsync(
            string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(name, offset, buffer, cancellationToken);

        public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
            inner.HeadAsync(name, cancellationToken);

        public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default) =>
            inner.ListAsync(request, cancellationToken);

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
            name.Contains("ENCRYPTION-INFO", StringComparison.Ordinal)
                ? throw new BackupSqlException(SqlStates.InsufficientPrivilege, $"object {name} is locked") { Hint = "Wait." }
                : inner.DeleteAsync(name, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
