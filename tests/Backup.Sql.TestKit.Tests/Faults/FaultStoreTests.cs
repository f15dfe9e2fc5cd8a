using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.Tests.Faults;

public sealed class FaultStoreTests : IAsyncDisposable
{
    private static readonly byte[] Content = [1, 2, 3, 4, 5, 6, 7, 8];

    private readonly MemoryObjectStore _inner = new();
    private readonly FaultScript _script = new();

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    public static TheoryData<string> Checks => [.. ObjectStoreConformance.CheckNames];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Without_faults_it_is_a_store_like_any_other(string check)
    {
        var provider = new FaultStoreProvider(new MemoryObjectStoreProvider(), _script);
        var suite = new ObjectStoreConformance(
            (area, token) => provider.OpenAsync(StoreUri.Parse($"mem://{area}"), token))
        {
            BigObjectBytes = 1 << 20,
        };
        Assert.Equal(StoreCheckVerdict.Passed, (await suite.RunAsync(check)).Verdict);
        Assert.Empty(_script.Overwritten);
    }

    [Theory]
    [InlineData(FaultKind.TimeoutWithoutEffect, SqlStates.IoError, true, false)]
    [InlineData(FaultKind.TimeoutWithEffect, SqlStates.IoError, true, true)]
    [InlineData(FaultKind.Throttled, SqlStates.IoError, true, false)]
    [InlineData(FaultKind.AccessDenied, SqlStates.InsufficientPrivilege, false, false)]
    [InlineData(FaultKind.ConnectionReset, SqlStates.IoError, true, false)]
    [InlineData(FaultKind.DiskFull, SqlStates.DiskFull, false, false)]
    [InlineData(FaultKind.CrashBefore, SqlStates.IoError, false, false)]
    [InlineData(FaultKind.CrashAfter, SqlStates.IoError, false, true)]
    [InlineData(FaultKind.CrashTorn, SqlStates.IoError, false, true)]
    public async Task A_put_fails_as_scripted(FaultKind kind, string sqlState, bool transient, bool exists)
    {
        _script.On(StoreOperation.PutIfAbsent, kind);
        var failure = await FailsAsync(sqlState, async store => await store.PutIfAbsentAsync("a", Content));
        Assert.Equal(transient, failure.IsTransient);
        Assert.Equal(exists, await _inner.HeadAsync("a") is not null);
        _script.RequireAllHit();
    }

    [Theory]
    [InlineData(FaultKind.NotFound, SqlStates.UndefinedFile)]
    [InlineData(FaultKind.ShortRead, SqlStates.DataCorrupted)]
    [InlineData(FaultKind.ConnectionReset, SqlStates.IoError)]
    [InlineData(FaultKind.TimeoutWithEffect, SqlStates.IoError)]
    [InlineData(FaultKind.AccessDenied, SqlStates.InsufficientPrivilege)]
    public async Task A_read_fails_as_scripted(FaultKind kind, string sqlState)
    {
        await _inner.PutIfAbsentAsync("a", Content);
        _script.On(StoreOperation.Read, kind);
        var buffer = new byte[8];
        await FailsAsync(sqlState, async store => await store.ReadAsync("a", 0, buffer));
        Assert.NotEqual(kind == FaultKind.TimeoutWithEffect, buffer[7] == 0);
        await new FaultStore(_inner, _script).ReadAsync("a", 0, buffer);
        Assert.Equal(Content, buffer);
    }

    [Fact]
    public async Task A_present_object_can_seem_absent()
    {
        await _inner.PutIfAbsentAsync("a", Content);
        _script.At(1, FaultKind.NotFound);
        var store = new FaultStore(_inner, _script);
        Assert.Null(await store.HeadAsync("a"));
        Assert.NotNull(await store.HeadAsync("a"));
    }

    [Fact]
    public async Task A_listing_breaks_off_in_its_middle()
    {
        for (var i = 0; i < 4; i++)
            await _inner.PutIfAbsentAsync($"{i}", Content);
        _script.On(StoreOperation.List, FaultKind.TimeoutWithEffect);
        var seen = new List<string>();
        await FailsAsync(SqlStates.IoError, async store =>
        {
            await foreach (var entry in store.ListAsync(new ListRequest()))
                seen.Add(entry.Name);
        });
        Assert.Equal(["0", "1"], seen);
    }

    [Theory]
    [InlineData(FaultKind.TimeoutWithEffect)]
    [InlineData(FaultKind.TimeoutWithoutEffect)]
    [InlineData(FaultKind.Throttled)]
    public async Task A_part_that_failed_for_a_passing_reason_is_given_again(FaultKind kind)
    {
        _script.On(StoreOperation.WritePart, kind);
        await using var writer = await new FaultStore(_inner, _script).BeginPutAsync("a");
        await Assert.ThrowsAsync<BackupSqlException>(async () => await writer.WritePartAsync(Content));
        await writer.WritePartAsync(Content);
        await writer.CompleteAsync();
        Assert.Equal(Content.Length, (await _inner.HeadAsync("a"))!.Value.Length);
    }

    [Fact]
    public async Task A_completion_that_took_effect_in_silence_finds_the_name_taken()
    {
        _script.On(StoreOperation.Complete, FaultKind.TimeoutWithEffect);
        await using var writer = await new FaultStore(_inner, _script).BeginPutAsync("a");
        await writer.WritePartAsync(Content);
        await Assert.ThrowsAsync<BackupSqlException>(async () => await writer.CompleteAsync());
        var taken = await Assert.ThrowsAsync<BackupSqlException>(async () => await writer.CompleteAsync());
        Assert.Equal(SqlStates.DuplicateFile, taken.SqlState);
    }

    [Theory]
    [InlineData(1, FaultKind.CrashBefore, false)]
    [InlineData(1, FaultKind.CrashAfter, false)]
    [InlineData(1, FaultKind.CrashTorn, false)]
    [InlineData(2, FaultKind.CrashBefore, false)]
    [InlineData(2, FaultKind.CrashAfter, false)]
    [InlineData(2, FaultKind.CrashTorn, false)]
    [InlineData(3, FaultKind.CrashBefore, false)]
    [InlineData(3, FaultKind.CrashAfter, true)]
    [InlineData(3, FaultKind.CrashTorn, false)]
    public async Task A_crash_at_any_step_of_a_writer_leaves_all_or_nothing(int call, FaultKind kind, bool exists)
    {
        _script.At(call, kind);
        await FailsAsync(SqlStates.IoError, async store =>
        {
            await using var writer = await store.BeginPutAsync("a");
            await writer.WritePartAsync(Content);
            await writer.CompleteAsync();
        });
        Assert.True(_script.HasCrashed);
        Assert.Equal(exists ? 8 : null, (await _inner.HeadAsync("a"))?.Length);
        _script.RequireAllHit();
    }

    [Fact]
    public async Task After_a_crash_every_call_fails_until_the_next_process_opens_its_own_stores()
    {
        var store = new FaultStore(_inner, _script);
        await using var writer = await store.BeginPutAsync("w");
        Assert.True(await store.PutIfAbsentAsync("a", Content));
        _script.On(StoreOperation.Delete, FaultKind.CrashBefore);
        await Assert.ThrowsAsync<BackupSqlException>(async () => await store.DeleteAsync("a"));
        await AllFailAsync();
        _script.Reopen();
        await AllFailAsync();
        await using var reopened = new FaultStore(_inner, _script);
        Assert.NotNull(await reopened.HeadAsync("a"));
        Assert.Null(await reopened.HeadAsync("w"));

        async Task AllFailAsync()
        {
            foreach (var act in new Func<Task>[]
            {
                async () => await store.PutIfAbsentAsync("b", Content),
                async () => await store.BeginPutAsync("b"),
                async () => await store.ReadAsync("a", 0, new byte[1]),
                async () => await store.HeadAsync("a"),
                async () => await store.ListAsync(new ListRequest()).ToListAsync(),
                async () => await store.DeleteAsync("a"),
                async () => await writer.WritePartAsync(Content),
                async () => await writer.CompleteAsync(),
            })
            {
                Assert.False((await Assert.ThrowsAsync<BackupSqlException>(act)).IsTransient);
            }
        }
    }

    [Fact]
    public async Task Calls_are_counted_over_all_stores_of_a_script_and_named_in_full()
    {
        var provider = new FaultStoreProvider(new MemoryObjectStoreProvider(), _script);
        await using var one = await provider.OpenAsync(StoreUri.Parse("mem://one/x/"));
        await using var two = await provider.OpenAsync(StoreUri.Parse("mem://two"));
        await one.PutIfAbsentAsync("a", Content);
        await two.HeadAsync("b");
        Assert.Equal(
            [
                new StoreCall(1, StoreOperation.PutIfAbsent, "mem://one/x/a"),
                new StoreCall(2, StoreOperation.Head, "mem://two/b"),
            ],
            _script.Calls);
    }

    [Fact]
    public async Task Rules_skip_repeat_and_choose_by_name_and_tell_whether_they_were_hit()
    {
        var rule = _script.On(StoreOperation.Head, FaultKind.Throttled, skip: 1, times: 2, name => name == "a");
        var unhit = _script.On(StoreOperation.Delete, FaultKind.Throttled);
        var store = new FaultStore(_inner, _script);
        var outcomes = new List<bool>();
        foreach (var name in new[] { "b", "a", "b", "a", "a", "a" })
        {
            try
            {
                await store.HeadAsync(name);
                outcomes.Add(true);
            }
            catch (BackupSqlException)
            {
                outcomes.Add(false);
            }
        }

        Assert.Equal([true, true, true, false, false, true], outcomes);
        Assert.Equal(2, rule.Hits);
        Assert.Equal([unhit], _script.Unhit);
        Assert.Contains(
            "Throttled on Delete",
            Assert.Throws<ConformanceException>(_script.RequireAllHit).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_that_make_no_sense_for_an_operation_never_happen()
    {
        _script.At(1, FaultKind.DiskFull);
        await new FaultStore(_inner, _script).HeadAsync("a");
        Assert.Single(_script.Unhit);
    }

    [Fact]
    public async Task An_object_that_changed_behind_its_back_is_noticed()
    {
        var store = new FaultStore(_inner, _script);
        await store.PutIfAbsentAsync("a", Content);
        await using (var writer = await store.BeginPutAsync("b"))
        {
            await writer.WritePartAsync(Content);
            await writer.CompleteAsync();
        }

        await store.PutIfAbsentAsync("c", Content);
        await store.DeleteAsync("c");
        await store.RequireNothingOverwrittenAsync();

        await _inner.DeleteAsync("b");
        await Assert.ThrowsAsync<ConformanceException>(async () => await store.RequireNothingOverwrittenAsync());
        await _inner.PutIfAbsentAsync("b", "other"u8.ToArray());
        await Assert.ThrowsAsync<ConformanceException>(async () => await store.RequireNothingOverwrittenAsync());
        await store.PutIfAbsentAsync("a", Content);
        Assert.Empty(_script.Overwritten);
        await _inner.DeleteAsync("a");
        await store.PutIfAbsentAsync("a", Content);
        Assert.Equal(["a"], _script.Overwritten);
    }

    private async Task<BackupSqlException> FailsAsync(string sqlState, Func<IObjectStore, Task> act)
    {
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => act(new FaultStore(_inner, _script)));
        Assert.Equal(sqlState, failure.SqlState);
        return failure;
    }
}
