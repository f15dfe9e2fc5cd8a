using System.Globalization;

namespace Backup.Sql.Catalog;

/// <summary>
/// A point in an engine's history: wall time and a logical counter that orders what happened in the same nanosecond
/// (a hybrid logical clock). Engines without a logical counter leave it 0.
/// </summary>
/// <param name="WallTime">Nanoseconds since 1970-01-01T00:00:00Z.</param>
/// <param name="Logical">Order within the nanosecond, from 0.</param>
public readonly record struct HlcTimestamp(long WallTime, int Logical = 0) : IComparable<HlcTimestamp>
{
    /// <summary>The empty timestamp: before all history.</summary>
    public static HlcTimestamp Zero => default;

    /// <summary>The last representable timestamp.</summary>
    public static HlcTimestamp MaxValue => new(long.MaxValue, int.MaxValue);

    /// <summary>True for <see cref="Zero"/>.</summary>
    public bool IsZero => WallTime == 0 && Logical == 0;

    /// <summary>The timestamp of an instant; finer than 100 ns is not representable there.</summary>
    /// <param name="time">The instant.</param>
    /// <returns>The timestamp, logical counter 0.</returns>
    public static HlcTimestamp FromDateTimeOffset(DateTimeOffset time) =>
        new((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);

    /// <summary>The instant, cut to whole microseconds: what results print.</summary>
    /// <returns>The instant in UTC.</returns>
    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks(WallTime / 1000 * 10);

    /// <summary>This timestamp cut to whole microseconds, logical counter 0. Layer ends are such timestamps.</summary>
    /// <returns>The cut timestamp.</returns>
    public HlcTimestamp ToMicroseconds() => new(WallTime / 1000 * 1000);

    /// <inheritdoc/>
    public int CompareTo(HlcTimestamp other)
    {
        var byWall = WallTime.CompareTo(other.WallTime);
        return byWall != 0 ? byWall : Logical.CompareTo(other.Logical);
    }

    /// <summary>Earlier than.</summary>
    /// <param name="left">One timestamp.</param>
    /// <param name="right">The other timestamp.</param>
    public static bool operator <(HlcTimestamp left, HlcTimestamp right) => left.CompareTo(right) < 0;

    /// <summary>Later than.</summary>
    /// <param name="left">One timestamp.</param>
    /// <param name="right">The other timestamp.</param>
    public static bool operator >(HlcTimestamp left, HlcTimestamp right) => left.CompareTo(right) > 0;

    /// <summary>Not later than.</summary>
    /// <param name="left">One timestamp.</param>
    /// <param name="right">The other timestamp.</param>
    public static bool operator <=(HlcTimestamp left, HlcTimestamp right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier than.</summary>
    /// <param name="left">One timestamp.</param>
    /// <param name="right">The other timestamp.</param>
    public static bool operator >=(HlcTimestamp left, HlcTimestamp right) => left.CompareTo(right) >= 0;

    /// <summary>Nanoseconds with the logical counter as ten decimal places, as AS OF SYSTEM TIME takes it.</summary>
    /// <returns>For example <c>1773065703000000000.0000000007</c>.</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{WallTime}.{Logical:D10}");

    /// <summary>Reads what <see cref="ToString"/> prints; the decimal places may be left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="timestamp">The timestamp.</param>
    /// <returns>False if the text is no such number.</returns>
    public static bool TryParse(string text, out HlcTimestamp timestamp)
    {
        timestamp = default;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text.AsSpan() : text.AsSpan(0, point);
        if (!long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var wall))
            return false;
        if (point < 0)
        {
            timestamp = new HlcTimestamp(wall);
            return true;
        }

        var places = text.AsSpan(point + 1);
        if (places.Length is 0 or > 10 || places.ContainsAnyExceptInRange('0', '9'))
            return false;
        var padded = places.ToString().PadRight(10, '0');
        if (!int.TryParse(padded, NumberStyles.None, CultureInfo.InvariantCulture, out var logical))
            return false;
        timestamp = new HlcTimestamp(wall, logical);
        return true;
    }
}
