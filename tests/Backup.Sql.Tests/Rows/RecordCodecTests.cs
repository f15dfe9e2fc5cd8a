using Backup.Sql.Diagnostics;
using Backup.Sql.Rows;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Rows;

public sealed class RecordCodecTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void Every_record_reads_back_as_it_was_written()
    {
        var rows = Gen.Choose(0, 6).SelectMany(length => Gen.ArrayOf(SampleGenerators.Any, length)).ToArbitrary();
        Prop.ForAll(rows, values =>
            SampleCodec.ReadRecord(SampleCodec.ToRecord(values)).SequenceEqual(
                values.Select(value => value.ToString())))
            .Check(Thorough);
    }

    [Fact]
    public void A_row_of_SQLite_has_the_bytes_of_a_SQLite_record()
    {
        using var writer = new RecordWriter();
        writer.WriteNull();
        writer.WriteInteger(0);
        writer.WriteInteger(1);
        writer.WriteInteger(-1);
        writer.WriteInteger(300);
        writer.WriteInteger(-70000);
        writer.WriteInteger(1L << 31);
        writer.WriteInteger(1L << 47);
        writer.WriteFloat(1.5);
        writer.WriteText("hi"u8);
        writer.WriteBytes([0xCA, 0xFE, 0x00]);
        Assert.Equal(
            "0C" + "00" + "08" + "09" + "01" + "02" + "03" + "05" + "06" + "07" + "11" + "12"
            + "FF" + "012C" + "FEEE90" + "000080000000" + "0000800000000000" + "3FF8000000000000" + "6869" + "CAFE00",
            Convert.ToHexString(writer.Finish()));
    }

    [Fact]
    public void A_record_that_SQLite_wrote_is_read()
    {
        // VALUES(17, 'abc', x'0102', NULL, 2.5, 0, 1) as SQLite stores it, with a 70-character text behind.
        var text = new string('t', 70);
        var record = Convert.FromHexString(
            "0A" + "01" + "13" + "10" + "00" + "07" + "08" + "09" + "8119"
            + "11" + "616263" + "0102" + "4004000000000000"
            + Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.Equal(
            ["Integer 17", "Text abc", "Bytes 0102", "Null ", "Float 2.5", "Integer 0", "Integer 1", $"Text {text}"],
            SampleCodec.ReadRecord(record));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(2000)]
    [InlineData(20000)]
    public void The_header_grows_with_the_number_of_columns(int columns)
    {
        using var writer = new RecordWriter();
        for (var row = 0; row < 2; row++)
        {
            writer.Reset();
            for (var i = 0; i < columns; i++)
                writer.WriteInteger(i);
            var reader = new RecordReader(writer.Finish());
            for (var i = 0; i < columns; i++)
            {
                Assert.True(reader.MoveNext());
                Assert.Equal(i, reader.GetInteger());
            }

            Assert.False(reader.MoveNext());
        }
    }

    [Fact]
    public void Arrays_keep_their_dimensions_and_elements()
    {
        using var elements = new RecordWriter();
        elements.WriteInteger(1);
        elements.WriteNull();
        using var writer = new RecordWriter();
        writer.WriteArray([new(1, 0), new(2, 1)], elements.Finish());
        writer.WriteArray([], default);
        writer.WriteText("after"u8);

        var reader = new RecordReader(writer.Finish());
        Assert.True(reader.MoveNext());
        var dimensions = new ArrayDimension[reader.GetArrayRank()];
        Assert.Equal(["Integer 1", "Null "], SampleCodec.ReadRecord(reader.GetArray(dimensions).ToArray()));
        Assert.Equal([new(1, 0), new(2, 1)], dimensions);
        Assert.True(reader.MoveNext());
        Assert.Equal(0, reader.GetArrayRank());
        Assert.True(reader.MoveNext());
        Assert.Equal("after"u8, reader.GetBytes());
    }

    [Fact]
    public void Values_are_copied_from_record_to_record_byte_for_byte()
    {
        var rows = Gen.ArrayOf(SampleGenerators.Any, 4).ToArbitrary();
        Prop.ForAll(rows, values =>
        {
            var record = SampleCodec.ToRecord(values);
            using var writer = new RecordWriter();
            var reader = new RecordReader(record);
            while (reader.MoveNext())
                writer.WriteValue(reader);
            return writer.Finish().SequenceEqual(record);
        }).Check(Thorough);
    }

    [Fact]
    public void Damaged_records_end_in_a_corruption_error_or_in_values()
    {
        var damage = Gen.Choose(0, 4).SelectMany(length => Gen.ArrayOf(SampleGenerators.Any, length))
            .SelectMany(
                values => Gen.Choose(0, 200).SelectMany(at => Gen.Choose(0, 255).Select(with => (values, at, with))));
        Prop.ForAll(damage.ToArbitrary(), sample =>
        {
            var record = SampleCodec.ToRecord(sample.values);
            record[sample.at % record.Length] = (byte)sample.with;
            ReadAnything(record);
            ReadAnything(record[..(sample.at % record.Length)]);
        }).Check(Thorough);
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("0201")]
    [InlineData("020101FF")]
    [InlineData("020A")]
    [InlineData("020A0200")]
    [InlineData("020A0102AABB")]
    [InlineData("020B05")]
    [InlineData("0281")]
    [InlineData("0AFFFFFFFFFFFFFFFFFF")]
    public void Malformed_records_are_named_as_such(string record)
    {
        var error = Assert.Throws<BackupSqlException>(() => SampleCodec.ReadRecord(Convert.FromHexString(record)));
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
    }

    [Fact]
    public void A_value_of_another_kind_is_refused()
    {
        var record = SampleCodec.ToRecord(new Sample(ValueKind.Text, "x"));
        var error = Assert.Throws<BackupSqlException>(() =>
        {
            var reader = new RecordReader(record);
            reader.MoveNext();
            return reader.GetInteger();
        });
        Assert.Equal("expected a value of kind Integer, found Text", error.Message);
    }

    [Fact]
    public void Writing_and_reading_records_allocates_nothing()
    {
        using var writer = new RecordWriter();
        WriteAndRead(writer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            WriteAndRead(writer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void WriteAndRead(RecordWriter writer)
    {
        writer.Reset();
        writer.WriteInteger(123456);
        writer.WriteText("some text that is a little longer"u8);
        writer.WriteFloat(1.5);
        writer.WriteDecimal(12.50m);
        writer.WriteTimestampTz(1);
        var sum = 0L;
        var reader = new RecordReader(writer.Finish());
        while (reader.MoveNext())
            sum += reader.Kind == ValueKind.Integer ? reader.GetInteger() : 0;
        Assert.True(sum == 123456);
    }

    private static void ReadAnything(byte[] record)
    {
        try
        {
            SampleCodec.ReadRecord(record);
        }
        catch (BackupSqlException error)
        {
            Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        }
    }
}
