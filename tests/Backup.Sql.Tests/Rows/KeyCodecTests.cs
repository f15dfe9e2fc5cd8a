using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Rows;

public sealed class KeyCodecTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000);

    public static TheoryData<ValueKind> Kinds => [.. SampleGenerators.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Byte_order_is_the_order_of_values(ValueKind kind)
    {
        var column = Gen.Frequency((1, Gen.Constant(Sample.Null)), (9, SampleGenerators.Of(kind)));
        CheckOrder(column.Select(value => new[] { value }));
    }

    [Fact]
    public void Byte_order_is_the_order_of_tuples() => CheckOrder(Gen.ArrayOf(SampleGenerators.Any, 3));

    [Fact]
    public void Byte_order_is_the_order_that_SQLite_gives_mixed_columns() =>
        CheckOrder(Gen.ArrayOf(SampleGenerators.SqliteColumn, 2));

    [Fact]
    public void Every_key_reads_back_as_it_was_written()
    {
        var tuples = Gen.Choose(0, 5).SelectMany(length => Gen.ArrayOf(SampleGenerators.Any, length)).ToArbitrary();
        Prop.ForAll(tuples, values =>
            SampleCodec.ReadKey(SampleCodec.ToKey(values)).SequenceEqual(values.Select(value => value.ToString())))
            .Check(Thorough);
    }

    [Fact]
    public void No_key_of_a_tuple_is_a_prefix_of_anothers_values()
    {
        // A range of keys that starts with some values must hold exactly the tuples that start with them.
        var pairs = Gen.Two(Gen.ArrayOf(SampleGenerators.Any, 2)).ToArbitrary();
        Prop.ForAll(pairs, pair =>
        {
            var first = SampleCodec.ToKey(pair.Item1[0]);
            var isPrefix = SampleCodec.ToKey(pair.Item2).AsSpan().StartsWith(first);
            return !isPrefix || Sample.Compare(pair.Item1[0], pair.Item2[0]) <= 0;
        }).Check(Thorough);
    }

    [Theory]
    [InlineData("18", "0")]
    [InlineData("1901", "1")]
    [InlineData("17FE", "-1")]
    [InlineData("1A0100", "256")]
    [InlineData("107FFFFFFFFFFFFFFF", "-9223372036854775808")]
    public void Integers_have_the_documented_bytes(string expected, string value)
    {
        using var writer = new KeyWriter();
        writer.WriteInteger(long.Parse(value));
        Assert.Equal(expected, Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void Text_has_the_documented_bytes()
    {
        using var writer = new KeyWriter();
        writer.WriteText("a\0b"u8);
        writer.WriteNull();
        Assert.Equal("30" + "6100FF62" + "00" + "05", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void A_whole_float_is_its_integer_and_a_note_at_the_end()
    {
        using var writer = new KeyWriter();
        writer.WriteFloat(2);
        writer.WriteText("x"u8);
        Assert.Equal("1902" + "307800" + "00" + "000101", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void A_decimal_has_the_documented_bytes()
    {
        using var writer = new KeyWriter();
        writer.WriteDecimal(-12.50m);
        Assert.Equal("40" + "02" + "7FFFFFFD" + "F2CC" + "FF" + "00" + "000102", Convert.ToHexString(writer.Written));
    }

    [Fact]
    public void Arrays_compare_element_by_element_and_read_back()
    {
        var shorter = ArrayKey([1], [new ArrayDimension(1)]);
        var longer = ArrayKey([1, 0], [new ArrayDimension(2)]);
        var later = ArrayKey([2], [new ArrayDimension(1)]);
        Assert.True(shorter.AsSpan().SequenceCompareTo(longer) < 0);
        Assert.True(longer.AsSpan().SequenceCompareTo(later) < 0);

        ArrayDimension[] square = [new(2, 0), new(1, -3)];
        var reader = new KeyReader(ArrayKey([7, 8], square));
        Assert.True(reader.MoveNext());
        Assert.Equal(ValueKind.Array, reader.Kind);
        Assert.Equal(square, reader.GetArrayDimensions());
        var elements = new byte[reader.GetBytesLength()];
        reader.CopyBytesTo(elements);
        Assert.Equal(["Integer 7", "Integer 8"], SampleCodec.ReadKey(elements));

        var plain = new KeyReader(longer);
        Assert.True(plain.MoveNext());
        Assert.Equal([new ArrayDimension(2)], plain.GetArrayDimensions());
    }

    [Fact]
    public void Damaged_keys_end_in_a_corruption_error_or_in_values()
    {
        var damage = Gen.Choose(0, 4).SelectMany(length => Gen.ArrayOf(SampleGenerators.Any, length))
            .SelectMany(
                values => Gen.Choose(0, 200).SelectMany(at => Gen.Choose(0, 255).Select(with => (values, at, with))));
        Prop.ForAll(damage.ToArbitrary(), sample =>
        {
            var key = SampleCodec.ToKey(sample.values);
            if (key.Length > 0)
                key[sample.at % key.Length] = (byte)sample.with;
            ReadAnything(key);
            ReadAnything(key[..(key.Length == 0 ? 0 : sample.at % key.Length)]);
        }).Check(Thorough);
    }

    [Fact]
    public void A_malformed_decimal_is_refused()
    {
        using var writer = new KeyWriter();
        foreach (var text in new[] { "", "-", "01", "1.", ".5", "1e5", "+1", "-0", "-0.00", "1.2.3", "nan" })
            Assert.Throws<ArgumentException>(() => writer.WriteDecimal(System.Text.Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void Writing_keys_allocates_nothing()
    {
        using var writer = new KeyWriter();
        WriteSome(writer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            WriteSome(writer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void WriteSome(KeyWriter writer)
    {
        writer.Reset();
        writer.WriteInteger(42);
        writer.WriteFloat(1);
        writer.WriteDecimal(12.50m);
        writer.WriteText("some text"u8);
        Assert.False(writer.Written.IsEmpty);
    }

    private static void ReadAnything(byte[] key)
    {
        try
        {
            SampleCodec.ReadKey(key);
        }
        catch (BackupSqlException error)
        {
            Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        }
    }

    private static byte[] ArrayKey(long[] elements, ArrayDimension[] dimensions)
    {
        using var inner = new KeyWriter();
        using var writer = new KeyWriter();
        foreach (var element in elements)
            inner.WriteInteger(element);
        writer.WriteArray(dimensions, inner.Written);
        return writer.Written.ToArray();
    }

    private static void CheckOrder(Gen<Sample[]> tuples) =>
        Prop.ForAll(Gen.Two(tuples).ToArbitrary(), pair =>
        {
            var wanted = Math.Sign(Sample.Compare(pair.Item1, pair.Item2));
            var left = SampleCodec.ToKey(pair.Item1);
            var right = SampleCodec.ToKey(pair.Item2);
            var got = Math.Sign(left.AsSpan().SequenceCompareTo(right));
            var same = pair.Item1.Select(value => value.ToString()).SequenceEqual(
                pair.Item2.Select(value => value.ToString()));
            return wanted == 0 ? same == (got == 0) : got == wanted;
        }).Check(Thorough);
}
