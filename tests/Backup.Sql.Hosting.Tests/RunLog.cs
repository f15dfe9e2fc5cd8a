using Microsoft.Extensions.Logging;

namespace Backup.Sql.Hosting.Tests;

/// <summary>A log that lets a test wait for a message by its id.</summary>
internal sealed class RunLog : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, TaskCompletionSource<string>> _messages = [];

    /// <summary>The text of the first message with an id.</summary>
    public Task<string> FirstAsync(int id) => SourceOf(id).Task;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        SourceOf(eventId.Id).TrySetResult(formatter(state, exception));

    private TaskCompletionSource<string> SourceOf(int id)
    {
        lock (_gate)
        {
            if (!_messages.TryGetValue(id, out var source))
                _messages.Add(id, source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
            return source;
        }
    }
}
