using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Storage;

public sealed class StoreLimitTests : IAsyncDisposable
{
    private const int MiB = 1 << 20;

    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };
    private readonly MemoryObjectStore _inner = new();

    public static TheoryData<StoreOptions> OutOfRange =>
    [
        new StoreOptions { MaxAttempts = 0 },
        new StoreOptions { MaxAttempts = 101 },
        new StoreOptions { FirstRetryDelay = TimeSpan.FromTicks(-1) },
        new StoreOptions { FirstRetryDelay = TimeSpan.FromSeconds(20) },
        new StoreOptions { MaxRetryDelay = TimeSpan.FromHours(1) },
        new StoreOptions { MaxRetryTime = TimeSpan.FromDays(2) },
        new StoreOptions { ReadBytesPerSecond = 1023 },
        new StoreOptions { ReadBurstBytes = -1 },
        new StoreOptions { WriteBytesPerSecond = -1 },
        new StoreOptions { WriteBurstBytes = -1 },
        new StoreOptions { MaxConcurrency = -1 },
        new StoreOptions { ConcurrentUploads = 0 },
    ];

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    [Theory]
    [InlineData(0, 9)]
    [InlineData(4 * MiB, 6)]
    [InlineData(20 * MiB, 0)]
    public async Task Writes_take_the_time_that_the_rate_allows(long burst, double seconds)
    {
        var store = Pipeline(new() { WriteBytesPerSecond = MiB, WriteBurstBytes = burst }).Wrap(_inner);
        var started = _clock.GetTimestamp();
        await using var writer = await store.BeginPutAsync("a");
        for (var part = 0; part < 10; part++)
            await writer.WritePartAsync(new byte[MiB]);
        await writer.CompleteAsync();
        Assert.Equal(seconds, _clock.GetElapsedTime(started).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task Reads_and_writes_have_rates_of_their_own_and_zero_means_none()
    {
        var store = Pipeline(new() { ReadBytesPerSecond = MiB }).Wrap(_inner);
        var started = _clock.GetTimestamp();
        await store.PutIfAbsentAsync("a", new byte[10 * MiB]);
        Assert.Equal(TimeSpan.Zero, _clock.GetElapsedTime(started));
        var buffer = new byte[MiB];
        for (var i = 0; i < 10; i++)
            await store.ReadAsync("a", i * MiB, buffer);
        Assert.Equal(9, _clock.GetElapsedTime(started).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task A_rate_counts_for_all_stores_of_a_scheme_together()
    {
        var providers = new ObjectStoreProviders([new MemoryObjectStoreProvider()])
        {
            Options = _ => new() { WriteBytesPerSecond = MiB },
            TimeProvider = _clock,
        };
        var started = _clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            await using var store = await providers.OpenAsync(StoreUri.Parse($"mem://{i}"));
            await store.PutIfAbsentAsync("a", new byte[MiB]);
        }));
        Assert.InRange(_clock.GetElapsedTime(started).TotalSeconds, 2.99, 3.01);
    }

    [Fact]
    public async Task Who_stops_waiting_does_not_hold_up_those_behind()
    {
        var clock = new ManualTimeProvider();
        var store = new StorePipeline(
            "mem", new() { WriteBytesPerSecond = MiB }, clock, new SeededRandomSource(1)).Wrap(_inner);
        await store.PutIfAbsentAsync("a", new byte[MiB]);
        using var cancel = new CancellationTokenSource();
        var cancelled = store.PutIfAbsentAsync("b", new byte[100 * MiB], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var next = store.PutIfAbsentAsync("c", new byte[MiB]).AsTask();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Null(await _inner.HeadAsync("b"));
    }

    [Fact]
    public async Task Never_more_calls_are_under_way_than_allowed()
    {
        var counting = new CountingStore(_inner);
        var pipeline = Pipeline(new() { MaxConcurrency = 3 });
        var (one, two) = (pipeline.Wrap(counting), pipeline.Wrap(counting));
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            await (i % 2 == 0 ? one : two).HeadAsync($"{i}")));
        Assert.Equal(3, counting.Most);
    }

    [Fact]
    public async Task Calls_bytes_and_errors_are_counted_by_scheme()
    {
        var counts = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Backup.Sql")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.Start();

        var script = new FaultScript();
        script.At(3, FaultKind.Throttled);
        var store = new StorePipeline("measured", new(), _clock, new SeededRandomSource(1))
            .Wrap(new FaultStore(_inner, script));
        await store.PutIfAbsentAsync("a", new byte[1000]);
        await store.ReadAsync("a", 0, new byte[600]);
        await store.HeadAsync("a");
        await store.ListAsync(new ListRequest()).ToListAsync();

        Assert.Equal(1, counts["backupsql.store.operations put_if_absent"]);
        Assert.Equal(1, counts["backupsql.store.operations read"]);
        Assert.Equal(2, counts["backupsql.store.operations head"]);
        Assert.Equal(1, counts["backupsql.store.operations list"]);
        Assert.Equal(1, counts["backupsql.store.errors head 58030"]);
        Assert.Equal(1000, counts["backupsql.store.bytes write"]);
        Assert.Equal(600, counts["backupsql.store.bytes read"]);
        Assert.Contains("backupsql.store.duration head", counts.Keys);

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = instrument.Name;
            var isOurs = false;
            foreach (var tag in tags)
            {
                if (tag.Key == "scheme")
                    isOurs = (string?)tag.Value == "measured";
                else
                    key += " " + tag.Value;
            }

            if (isOurs)
                counts.AddOrUpdate(key, value, (_, sum) => sum + value);
        }
    }

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Options_out_of_range_are_refused_with_their_name(StoreOptions options)
    {
        var refusal = Assert.Throws<BackupSqlException>(() => Pipeline(options));
        Assert.Equal(SqlStates.InvalidParameterValue, refusal.SqlState);
        Assert.NotNull(refusal.Hint);
    }

    private StorePipeline Pipeline(StoreOptions options) => new("mem", options, _clock, new SeededRandomSource(1));

    /// <summary>Counts how many sizes are asked for at the same moment; everything else is not used.</summary>
    private sealed class CountingStore(IObjectStore inner) : IObjectStore
    {
        private readonly Lock _lock = new();
        private int _now;

        public int Most { get; private set; }

        public StoreCapabilities Capabilities => inner.Capabilities;

        public async ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default)
        {
            lock (_lock)
                Most = Math.Max(Most, ++_now);
            await Task.Delay(1, cancellationToken);
            lock (_lock)
                _now--;
            return null;
        }

        public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
            inner.BeginPutAsync(name, cancellationToken);

        public ValueTask<bool> PutIfAbsentAsync(
            string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
            inner.PutIfAbsentAsync(name, content, cancellationToken);

        public ValueTask ReadAsync(
            string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(name, offset, buffer, cancellationToken);

        public IAsyncEnumerable<ListEntry> ListAsync(
            ListRequest request, CancellationToken cancellationToken = default) =>
            inner.ListAsync(request, cancellationToken);

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) =>
            inner.DeleteAsync(name, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
