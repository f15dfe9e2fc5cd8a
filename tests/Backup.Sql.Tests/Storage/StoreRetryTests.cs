using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Storage;

public sealed class StoreRetryTests : IAsyncDisposable
{
    private static readonly byte[] Ours = "ours"u8.ToArray();
    private static readonly byte[] Strangers = "them"u8.ToArray();

    private readonly MemoryObjectStore _inner = new();
    private readonly FaultScript _script = new();
    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };

    public static TheoryData<FaultKind> PassingFaults =>
        [FaultKind.TimeoutWithEffect, FaultKind.TimeoutWithoutEffect, FaultKind.Throttled];

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_passing_fault_at_any_call_goes_unnoticed(FaultKind kind)
    {
        await ScenarioAsync(Store());
        var calls = _script.Calls.Count;
        Assert.True(calls > 10);
        for (var call = 1; call <= calls; call++)
        {
            await using var inner = new MemoryObjectStore();
            var script = new FaultScript();
            script.At(call, kind);
            var faulty = new FaultStore(inner, script);
            await ScenarioAsync(Wrap(faulty));
            script.RequireAllHit();
            await faulty.RequireNothingOverwrittenAsync();
        }
    }

    [Theory]
    [InlineData(FaultKind.AccessDenied, SqlStates.InsufficientPrivilege)]
    [InlineData(FaultKind.DiskFull, SqlStates.DiskFull)]
    [InlineData(FaultKind.CrashBefore, SqlStates.IoError)]
    public async Task A_fault_that_will_not_pass_is_not_tried_again(FaultKind kind, string sqlState)
    {
        _script.At(1, kind);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(
            async () => await Store().PutIfAbsentAsync("a", Ours));
        Assert.Equal(sqlState, failure.SqlState);
        Assert.Single(_script.Calls);
    }

    [Fact]
    public async Task The_tries_and_their_pauses_are_those_of_the_options()
    {
        _script.On(StoreOperation.Head, FaultKind.Throttled, times: int.MaxValue);
        var started = _clock.GetTimestamp();
        var options = new StoreOptions
        {
            MaxAttempts = 5,
            FirstRetryDelay = TimeSpan.FromSeconds(1),
            MaxRetryDelay = TimeSpan.FromSeconds(3),
        };
        var failure = await Assert.ThrowsAsync<BackupSqlException>(async () => await Store(options).HeadAsync("a"));
        Assert.True(failure.IsTransient);
        Assert.Equal(5, _script.Calls.Count);

        // Pauses of 1, 2, 3 and 3 seconds, each shortened by up to a half.
        Assert.InRange(_clock.GetElapsedTime(started).TotalSeconds, 4.5, 9);
    }

    [Fact]
    public async Task No_try_starts_after_the_time_for_retries_is_over_except_the_second()
    {
        _script.On(StoreOperation.Head, FaultKind.Throttled, times: int.MaxValue);
        var options = new StoreOptions { MaxAttempts = 100, MaxRetryTime = TimeSpan.Zero };
        await Assert.ThrowsAsync<BackupSqlException>(async () => await Store(options).HeadAsync("a"));
        Assert.Equal(2, _script.Calls.Count);
    }

    [Fact]
    public async Task A_call_cancelled_while_it_pauses_changes_nothing_more()
    {
        var clock = new ManualTimeProvider();
        var store = new StorePipeline("mem", new StoreOptions(), clock, new SeededRandomSource(1))
            .Wrap(new FaultStore(_inner, _script));
        _script.On(StoreOperation.PutIfAbsent, FaultKind.TimeoutWithoutEffect);
        using var cancel = new CancellationTokenSource();
        var put = store.PutIfAbsentAsync("a", Ours, cancel.Token).AsTask();
        Assert.Equal(1, clock.WaitingTimers);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(_script.Calls);
        Assert.Null(await _inner.HeadAsync("a"));
    }

    [Fact]
    public async Task A_put_that_took_effect_in_silence_is_known_by_its_bytes()
    {
        _script.On(StoreOperation.PutIfAbsent, FaultKind.TimeoutWithEffect);
        Assert.True(await Store().PutIfAbsentAsync("a", Ours));
    }

    [Fact]
    public async Task A_strangers_object_found_after_a_silent_try_is_not_taken_for_ours()
    {
        _script.On(StoreOperation.PutIfAbsent, FaultKind.TimeoutWithoutEffect, times: 2);
        await _inner.PutIfAbsentAsync("a", Strangers);
        await _inner.PutIfAbsentAsync("b", "longer than ours"u8.ToArray());
        Assert.False(await Store().PutIfAbsentAsync("a", Ours));
        Assert.False(await Store().PutIfAbsentAsync("b", Ours));
        _script.RequireAllHit();
    }

    [Fact]
    public async Task Equal_bytes_of_a_stranger_are_not_ours_when_every_answer_came()
    {
        await _inner.PutIfAbsentAsync("a", Ours);
        Assert.False(await Store().PutIfAbsentAsync("a", Ours));
    }

    [Fact]
    public async Task A_completion_that_took_effect_in_silence_is_known_by_its_bytes()
    {
        _script.On(StoreOperation.Complete, FaultKind.TimeoutWithEffect);
        var content = new byte[3_000_001];
        new SeededRandomSource(3).Fill(content);
        await PutInPartsAsync(Store(), "a", content, 70_001);
        await ExpectAsync(Store(), "a", content);
        _script.RequireAllHit();
    }

    [Theory]
    [InlineData("them")]
    [InlineData("longer than ours")]
    public async Task A_strangers_object_found_by_a_second_completion_is_an_error(string strangers)
    {
        _script.On(StoreOperation.Complete, FaultKind.TimeoutWithoutEffect);
        await using var writer = await Store().BeginPutAsync("a");
        await writer.WritePartAsync(Ours);
        await _inner.PutIfAbsentAsync("a", System.Text.Encoding.ASCII.GetBytes(strangers));
        var taken = await Assert.ThrowsAsync<BackupSqlException>(async () => await writer.CompleteAsync());
        Assert.Equal(SqlStates.DuplicateFile, taken.SqlState);
    }

    [Fact]
    public async Task A_listing_that_breaks_off_again_and_again_has_no_gap_and_no_repetition()
    {
        for (var i = 0; i < 64; i++)
            await _inner.PutIfAbsentAsync($"d{i % 8}/{i:D2}", default);
        var folded = new ListRequest { Delimiter = "/" };
        var (whole, prefixes) = (await ListAsync(_inner, new()), await ListAsync(_inner, folded));
        _script.On(StoreOperation.List, FaultKind.TimeoutWithEffect, times: 4);
        Assert.Equal(whole, await ListAsync(Store(), new()));
        _script.On(StoreOperation.List, FaultKind.TimeoutWithEffect, times: 2);
        Assert.Equal(prefixes, await ListAsync(Store(), folded));
        _script.RequireAllHit();
    }

    private static async Task ScenarioAsync(IObjectStore store)
    {
        var content = new byte[100_000];
        new SeededRandomSource(2).Fill(content);
        await PutInPartsAsync(store, "data/1", content, 30_000);
        Assert.True(await store.PutIfAbsentAsync("manifest", Ours));
        Assert.False(await store.PutIfAbsentAsync("manifest", Strangers));
        await ExpectAsync(store, "data/1", content);
        Assert.Equal(
            ["data/1", "manifest"], (await ListAsync(store, new())).Select(entry => entry.Name));
        await store.DeleteAsync("data/1");
        Assert.Null(await store.HeadAsync("data/1"));
    }

    private static async Task PutInPartsAsync(IObjectStore store, string name, byte[] content, int partBytes)
    {
        await using var writer = await store.BeginPutAsync(name);
        foreach (var part in content.Chunk(partBytes))
            await writer.WritePartAsync(part);
        await writer.CompleteAsync();
    }

    private static async Task ExpectAsync(IObjectStore store, string name, byte[] content)
    {
        var found = new byte[(await store.HeadAsync(name))!.Value.Length];
        await store.ReadAsync(name, 0, found);
        Assert.Equal(content, found);
    }

    private static async Task<List<ListEntry>> ListAsync(IObjectStore store, ListRequest request) =>
        await store.ListAsync(request).ToListAsync();

    private IObjectStore Store(StoreOptions? options = null) => Wrap(new FaultStore(_inner, _script), options);

    private IObjectStore Wrap(IObjectStore store, StoreOptions? options = null) =>
        new StorePipeline("mem", options ?? new StoreOptions(), _clock, new SeededRandomSource(1)).Wrap(store);
}
