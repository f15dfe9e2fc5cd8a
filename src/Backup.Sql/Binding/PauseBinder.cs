using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the options <c>pause</c> and <c>pause_wait</c>, and says where they are needed.</summary>
internal sealed class PauseBinder(BindingContext context, ValueBinder values)
{
    private static readonly TimeSpan DefaultHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    /// <summary>The pause that the options ask for; null for none.</summary>
    public BoundPause? Bind(BackupOptions options)
    {
        var hold = Hold(options);
        if (hold is null)
        {
            return options.PauseWait is null
                ? null
                : throw Errors.OptionNeeds("pause_wait", "pause", ValueBinder.PlaceOf(options.SpanOf("pause_wait")));
        }

        var wait = options.PauseWait is null
            ? DefaultWait
            : Duration(values.Text(options.PauseWait), ValueBinder.PlaceOf(options.PauseWait));
        return new BoundPause(hold.Value, wait);
    }

    /// <summary>
    /// Refuses a pause where there can be none, and its absence where the backup would not be consistent.
    /// </summary>
    public void Check(BackupStatement statement, BoundPause? pause, IReadOnlyList<BackupSource> sources)
    {
        if (pause is null)
        {
            var engines = sources.Select(source => context.Engines[source.Engine].Info);
            if (sources.Count > 1 || engines.Any(e => e.Capabilities.HasFlag(EngineCapabilities.NonTransactional)))
            {
                throw Errors.NeedsPause(
                    [.. sources.SelectMany(source => source.Scope.AllDatabases())],
                    ValueBinder.PlaceOf((SyntaxNode?)statement.Targets ?? statement));
            }

            return;
        }

        RefuseSameNames(statement, sources);
        if (statement.AsOf is not null)
            throw Errors.PauseWithTime(ValueBinder.PlaceOf(statement.AsOf));
        var place = ValueBinder.PlaceOf(statement.Options.SpanOf("pause"));
        foreach (var source in sources)
        {
            if (!context.PauseControllers.ContainsKey(source.Engine))
                throw Errors.NoPauseController(source.Engine, place);
        }
    }

    /// <summary>A layer knows a database by its name; coordinator tables may bring a second one of that name.</summary>
    private static void RefuseSameNames(BackupStatement statement, IReadOnlyList<BackupSource> sources)
    {
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            foreach (var database in source.Scope.AllDatabases())
            {
                if (!holders.TryAdd(database, source.Engine))
                {
                    throw Errors.SameNameInTwoEngines(
                        database, holders[database], source.Engine,
                        ValueBinder.PlaceOf((SyntaxNode?)statement.Targets ?? statement));
                }
            }
        }
    }

    private TimeSpan? Hold(BackupOptions options)
    {
        if (options.Pause is null)
            return options.Spans.Find("pause") is null ? null : DefaultHold;
        var text = values.Constant(options.Pause) ?? "NULL";
        if (ValueBinder.TryBoolean(text, out var wanted))
            return wanted ? DefaultHold : null;
        return Duration(text, ValueBinder.PlaceOf(options.Pause));
    }

    private static TimeSpan Duration(string text, TextPlace place) =>
        TimeText.TryParseInterval(text, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw Errors.InvalidPauseDuration(text, place);
}
