using Backup.Sql.Diagnostics;

namespace Backup.Sql.Storage;

/// <summary>
/// Wraps stores in what every store needs and none should implement itself: retries around limits around metrics.
/// Metrics are innermost and count every try by itself, without the time spent waiting for a turn.
/// </summary>
public sealed class StorePipeline
{
    private readonly string _scheme;
    private readonly StoreLimits _limits;
    private readonly RetryPolicy _retries;
    private readonly TimeProvider _time;

    /// <summary>
    /// Makes a pipeline: one per scheme and process, for its limits count for all stores that it wraps.
    /// </summary>
    /// <param name="scheme">Names the stores in metrics.</param>
    /// <param name="options">How much care.</param>
    /// <param name="time">The clock of pauses and durations.</param>
    /// <param name="random">Spreads the pauses.</param>
    /// <exception cref="BackupSqlException">22023 an option is out of its range.</exception>
    public StorePipeline(string scheme, StoreOptions options, TimeProvider time, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        _scheme = scheme;
        _time = time;
        _limits = new StoreLimits(options, time);
        _retries = new RetryPolicy(options, time, random);
        Options = options;
    }

    /// <summary>Other options for stores of the same scheme; the limits stay one and the same, and change.</summary>
    private StorePipeline(StorePipeline before, StoreOptions options, TimeProvider time, IRandomSource random)
    {
        options.Check();
        _scheme = before._scheme;
        _time = time;
        _limits = before._limits;
        _limits.Change(options, before.Options);
        _retries = new RetryPolicy(options, time, random);
        Options = options;
    }

    internal StorePipeline With(StoreOptions options, IRandomSource random) => new(this, options, _time, random);

    /// <summary>The options that the pipeline was made with.</summary>
    public StoreOptions Options { get; }

    /// <summary>Opens a store and wraps it; a store that does not answer is asked again.</summary>
    internal async ValueTask<IObjectStore> OpenAsync(
        IObjectStoreProvider provider, StoreUri uri, CancellationToken cancellationToken) =>
        Wrap(await _retries.RunAsync(
            token => GuardedObjectStore.CallAsync(
                _scheme, GuardedObjectStore.OpenVerb, "", () => provider.OpenAsync(uri, token), token),
            cancellationToken).ConfigureAwait(false)
            ?? throw Errors.StoreBroke(_scheme, GuardedObjectStore.OpenVerb, "", null));

    /// <summary>Wraps a store.</summary>
    /// <param name="store">The store; disposing the result disposes it.</param>
    /// <returns>The store with care taken.</returns>
    public IObjectStore Wrap(IObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new RetryingObjectStore(
            new LimitedObjectStore(
                new MeasuredObjectStore(new GuardedObjectStore(store, _scheme), _scheme, _time), _limits), _retries);
    }
}
