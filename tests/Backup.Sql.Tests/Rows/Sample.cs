using System.Globalization;
using System.Numerics;
using System.Text;
using Backup.Sql.Rows;

namespace Backup.Sql.Tests.Rows;

/// <summary>One value of any kind, as plain .NET data, with the order that keys are to have.</summary>
public sealed record Sample(ValueKind Kind, object? Value)
{
    public static Sample Null { get; } = new(ValueKind.Null, null);

    public override string ToString() => $"{Kind} {Print(Value)}";

    /// <summary>The order of values: written without looking at any encoding.</summary>
    public static int Compare(Sample left, Sample right)
    {
        var byRank = Rank(left.Kind).CompareTo(Rank(right.Kind));
        if (byRank != 0)
            return byRank;
        return left.Kind switch
        {
            ValueKind.Null => 0,
            ValueKind.Integer or ValueKind.Float => CompareNumbers(left.Value!, right.Value!),
            ValueKind.Text or ValueKind.Json or ValueKind.UserDefined =>
                CompareBytes(Encoding.UTF8.GetBytes((string)left.Value!), Encoding.UTF8.GetBytes((string)right.Value!)),
            ValueKind.Bytes => CompareBytes((byte[])left.Value!, (byte[])right.Value!),
            ValueKind.Decimal => CompareDecimals((string)left.Value!, (string)right.Value!),
            ValueKind.Interval => Length((IntervalValue)left.Value!).CompareTo(Length((IntervalValue)right.Value!)),
            ValueKind.Uuid => string.CompareOrdinal(left.Value!.ToString(), right.Value!.ToString()),
            ValueKind.EngineSpecific => CompareEngineSpecific(
                ((string, byte[]))left.Value!, ((string, byte[]))right.Value!),
            _ => Comparer<object>.Default.Compare(left.Value, right.Value),
        };
    }

    public static int Compare(IReadOnlyList<Sample> left, IReadOnlyList<Sample> right) =>
        left.Zip(right, Compare).FirstOrDefault(order => order != 0);

    private static int Rank(ValueKind kind) => kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Integer or ValueKind.Float => 1,
        ValueKind.Text => 2,
        ValueKind.Bytes => 3,
        _ => 4 + (int)kind,
    };

    private static int CompareNumbers(object left, object right)
    {
        if (IsNotANumber(left) || IsNotANumber(right))
            return IsNotANumber(left).CompareTo(IsNotANumber(right));
        return Scaled(left).CompareTo(Scaled(right));
    }

    private static bool IsNotANumber(object value) => value is double.NaN;

    // Every finite double is a whole number of 2^-1074.
    private static BigInteger Scaled(object value)
    {
        if (value is long whole)
            return (BigInteger)whole << 1074;
        var number = (double)value;
        if (double.IsInfinity(number))
            return (BigInteger)Math.Sign(number) << 3000;
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1L << 52);
        return ((BigInteger)mantissa << Math.Max(0, exponent - 1)) * (bits < 0 ? -1 : 1);
    }

    private static int CompareDecimals(string left, string right) =>
        DecimalRank(left) != DecimalRank(right)
            ? DecimalRank(left).CompareTo(DecimalRank(right))
            : Unscaled(left).CompareTo(Unscaled(right));

    private static int DecimalRank(string text) =>
        text switch { "-Infinity" => 0, "Infinity" => 2, "NaN" => 3, _ => 1 };

    private static BigInteger Unscaled(string text)
    {
        if (DecimalRank(text) != 1)
            return 0;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : text.Length - point - 1;
        var digits = BigInteger.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return digits * BigInteger.Pow(10, 200 - places);
    }

    private static BigInteger Length(IntervalValue value) =>
        ((BigInteger)value.Months * 30 + value.Days) * 86_400_000_000 + value.Microseconds;

    private static int CompareEngineSpecific((string Type, byte[] Value) left, (string Type, byte[] Value) right)
    {
        var byType = CompareBytes(Encoding.UTF8.GetBytes(left.Type), Encoding.UTF8.GetBytes(right.Type));
        return byType != 0 ? byType : CompareBytes(left.Value, right.Value);
    }

    private static int CompareBytes(byte[] left, byte[] right) => left.AsSpan().SequenceCompareTo(right);

    private static string Print(object? value) => value switch
    {
        null => "",
        byte[] bytes => Convert.ToHexString(bytes),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        (string type, byte[] bytes) => $"{type}:{Convert.ToHexString(bytes)}",
        _ => value.ToString()!,
    };
}
