using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Evaluates the expression of AS OF SYSTEM TIME, NEWER THAN and OLDER THAN.</summary>
internal sealed class AsOfBinder(BindingContext context, ValueBinder values)
{
    /// <summary>How far follower_read_timestamp() lies back.</summary>
    private static readonly TimeSpan FollowerLag = TimeSpan.FromSeconds(4.8);

    private static readonly TimeSpan FreshnessLimit = TimeSpan.FromSeconds(60);

    public AsOf Bind(Expression expression)
    {
        var place = ValueBinder.PlaceOf(expression);
        if (expression is FunctionCall call)
        {
            return IsFollowerRead(call)
                ? new AsOf(Before(FollowerLag), IsFreshnessBound: true)
                : throw Errors.NotAConstant(place);
        }

        if (expression is Placeholder placeholder)
        {
            switch (values.Parameter(placeholder))
            {
                case DateTimeOffset time:
                    return At(HlcTimestamp.FromDateTimeOffset(time), place);
                case TimeSpan interval:
                    return Back(interval, interval.ToString(), place);
            }
        }

        var text = values.Constant(expression) ?? throw Errors.NotAConstant(place);
        if (TimeText.TryParseTimestamp(text, out var instant))
            return At(HlcTimestamp.FromDateTimeOffset(instant), place);
        if (TimeText.TryParseDecimal(text, out var timestamp))
            return At(timestamp, place);
        if (TimeText.TryParseInterval(text, out var span))
            return Back(span, text, place);
        throw Errors.NotATime(text, place);
    }

    private static bool IsFollowerRead(FunctionCall call) =>
        call is { Arguments.IsEmpty: true, IsStar: false, Function.Parts.Count: 1 }
        && call.Function.Last.Text is "follower_read_timestamp" or "experimental_follower_read_timestamp";

    private static AsOf At(HlcTimestamp time, TextPlace place) => time.CompareTo(HlcTimestamp.Zero) switch
    {
        0 => throw Errors.TimeOutOfRange("the zero time is no time to read at", place),
        < 0 => throw Errors.TimeOutOfRange("times before 1970 do not exist here", place),
        _ => new AsOf(time, IsFreshnessBound: false),
    };

    private AsOf Back(TimeSpan interval, string text, TextPlace place)
    {
        if (interval > TimeSpan.Zero)
            throw Errors.TimeOutOfRange($"interval \"{text}\" points into the future; it must be negative", place);
        if (interval == TimeSpan.Zero)
            throw Errors.TimeOutOfRange($"interval \"{text}\" is too small; a microsecond is the least", place);
        var back = interval.Negate();
        return new AsOf(Before(back), back <= FreshnessLimit);
    }

    private HlcTimestamp Before(TimeSpan back) => HlcTimestamp.FromDateTimeOffset(context.Now - back);
}
