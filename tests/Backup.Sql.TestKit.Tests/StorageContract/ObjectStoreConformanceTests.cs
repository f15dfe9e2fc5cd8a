using System.Collections.Concurrent;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.Tests.StorageContract;

public sealed class ObjectStoreConformanceTests
{
    public static TheoryData<Defect> Defects => [.. Enum.GetValues<Defect>().Except([Defect.None])];

    [Fact]
    public async Task A_store_without_defect_passes_every_check()
    {
        var report = await SuiteFor(Defect.None).RunAsync();
        Assert.Equal(ObjectStoreConformance.CheckNames, report.Results.Select(result => result.Check));
        Assert.All(report.Results, result => Assert.Equal(StoreCheckVerdict.Passed, result.Verdict));
    }

    [Theory]
    [MemberData(nameof(Defects))]
    public async Task Every_defect_is_found(Defect defect)
    {
        var failure = await Assert.ThrowsAsync<ConformanceException>(() => SuiteFor(defect).RunAsync());
        var failed = failure.Message.Split('\n').Where(line => line.StartsWith("failed", StringComparison.Ordinal));
        Assert.All(failed, line => Assert.Contains(ObjectStoreConformance.CheckNames, line.Contains));
        Assert.NotEmpty(failed);
    }

    [Fact]
    public async Task What_a_store_declares_absent_is_skipped_with_a_reason()
    {
        var store = new WormStore(new MemoryObjectStoreProvider());
        var suite = new ObjectStoreConformance((area, token) => store.OpenAsync(area, token)) { ManyObjects = 10 };
        var report = await suite.RunAsync();
        var skipped = report.Results.Where(result => result.Verdict == StoreCheckVerdict.Skipped).ToList();
        Assert.Equal(["Deleting_twice_is_fine", "Deleting_many_deletes_those_and_no_others"], skipped.Select(result => result.Check));
        Assert.Contains("ObjectLock", skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_check_is_an_argument_error() =>
        await Assert.ThrowsAsync<ArgumentException>(() => SuiteFor(Defect.None).RunAsync("No_such_check"));

    [Fact]
    public async Task Cancelling_a_run_ends_it() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => SuiteFor(Defect.None).RunAsync(new CancellationToken(canceled: true)));

    private static ObjectStoreConformance SuiteFor(Defect defect)
    {
        var areas = new ConcurrentDictionary<string, Dictionary<string, ReadOnlyMemory<byte>>>();
        return new ObjectStoreConformance((area, _) =>
            new(new DefectiveStore(defect, areas.GetOrAdd(area, _ => new(StringComparer.Ordinal)))))
        {
            BigObjectBytes = 1 << 20,
        };
    }

    /// <summary>A memory store that declares an object lock and keeps it.</summary>
    private sealed class WormStore(MemoryObjectStoreProvider provider)
    {
        public async ValueTask<IObjectStore> OpenAsync(string area, CancellationToken cancellationToken) =>
            new Locked(await provider.OpenAsync(StoreUri.Parse($"mem://{area}"), cancellationToken));

        private sealed class Locked(IObjectStore inner) : IObjectStore
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

            public IAsyncEnumerable<ListEntry> ListAsync(
                ListRequest request, CancellationToken cancellationToken = default) =>
                inner.ListAsync(request, cancellationToken);

            public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ObjectName.Check(name);
                throw new Backup.Sql.Diagnostics.BackupSqlException(
                    Backup.Sql.Diagnostics.SqlStates.InsufficientPrivilege, "the object is locked");
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
