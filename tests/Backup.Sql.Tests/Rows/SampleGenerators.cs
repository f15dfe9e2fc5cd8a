using System.Globalization;
using Backup.Sql.Rows;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Rows;

/// <summary>Generates values that like to collide, to be neighbours, and to sit at the limits.</summary>
internal static class SampleGenerators
{
    public static IReadOnlyList<ValueKind> Kinds { get; } =
        [.. Enum.GetValues<ValueKind>().Where(kind => kind is not (ValueKind.Null or ValueKind.Array))];

    public static Gen<Sample> Any { get; } = Gen.OneOf(Kinds.Select(Of).Append(Gen.Constant(Sample.Null)));

    /// <summary>What one column of SQLite may hold.</summary>
    public static Gen<Sample> SqliteColumn { get; } = Gen.OneOf(
        Gen.Constant(Sample.Null), Of(ValueKind.Integer), Of(ValueKind.Float), Of(ValueKind.Text), Of(ValueKind.Bytes));

    public static Gen<Sample> Of(ValueKind kind) => kind switch
    {
        ValueKind.Null => Gen.Constant(Sample.Null),
        ValueKind.Boolean => Make(kind, Gen.Elements(true, false)),
        ValueKind.Integer => Make(kind, Integers),
        ValueKind.Float => Make(kind, Floats),
        ValueKind.Decimal => Make(kind, Decimals),
        ValueKind.Text or ValueKind.Json or ValueKind.UserDefined => Make(kind, Texts),
        ValueKind.Bytes => Make(kind, Bytes),
        ValueKind.Date => Make(kind, Integers.Select(value => (long)(int)value)),
        ValueKind.Interval => Make(kind, Intervals),
        ValueKind.Uuid => Make(kind, Gen.ArrayOf(Byte, 16).Select(bytes => new Guid(bytes))),
        ValueKind.EngineSpecific => Make(kind, Texts.SelectMany(type => Bytes.Select(value => (type, value)))),
        _ => Make(kind, Integers),
    };

    private static Gen<byte> Byte => Gen.Elements<byte>(0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF);

    private static Gen<byte[]> Bytes => Gen.Choose(0, 5).SelectMany(length => Gen.ArrayOf(Byte, length));

    private static Gen<string> Texts => Gen.Choose(0, 5).SelectMany(
        length => Gen.ArrayOf(
            Gen.Elements("\0", "\u0001", "a", "b", "é", "語", "\U0001F600"), length)).Select(string.Concat);

    private static Gen<long> Integers => Gen.OneOf(
        Gen.Choose(-3, 3).Select(value => (long)value),
        Gen.Choose(0, 63).SelectMany(bit => Gen.Choose(-2, 2).Select(off => unchecked((1L << bit) + off))),
        Gen.Choose(0, 63).SelectMany(bit => Gen.Choose(-2, 2).Select(off => unchecked(-(1L << bit) + off))),
        Gen.Choose(int.MinValue, int.MaxValue).SelectMany(
            high => Gen.Choose(int.MinValue, int.MaxValue).Select(low => ((long)high << 32) ^ low)));

    private static Gen<double> Floats => Gen.OneOf(
        Integers.Select(value => (double)value),
        Integers.Select(value => value / 4.0),
        Integers.Select(BitConverter.Int64BitsToDouble),
        Gen.Elements(0.0, -0.0, double.NaN, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue,
            double.PositiveInfinity,
            double.NegativeInfinity,
            9223372036854775808.0,
            -9223372036854775808.0,
            0.5,
            -0.5));

    private static Gen<string> Decimals => Gen.OneOf(
        Gen.Elements("0", "0.0", "0.00", "NaN", "Infinity", "-Infinity", "1", "1.0", "-1.50", "-1.5", "100", "99.99"),
        Gen.Choose(0, 12).SelectMany(scale => Integers.Select(value => Print(value, scale))),
        Gen.Choose(0, 50).SelectMany(
            zeros => Integers.Select(value => Print(value, 0) + new string('0', value == 0 ? 0 : zeros))));

    private static Gen<IntervalValue> Intervals => Gen.OneOf(
        Gen.Elements(
            new IntervalValue(1, 0, 0), new IntervalValue(0, 30, 0), new IntervalValue(0, 29, 86_400_000_000),
            new IntervalValue(int.MaxValue, int.MaxValue, long.MaxValue),
            new IntervalValue(int.MinValue, int.MinValue, long.MinValue)),
        Gen.Choose(-2, 2).SelectMany(months => Gen.Choose(-61, 61).SelectMany(
            days => Integers.Select(rest => new IntervalValue(months, days, rest)))));

    private static string Print(long value, int scale)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : digits.Insert(digits.Length - scale, ".");
        return value < 0 ? "-" + text : text;
    }

    private static Gen<Sample> Make<T>(ValueKind kind, Gen<T> values) =>
        values.Select(value => new Sample(kind, value));
}
