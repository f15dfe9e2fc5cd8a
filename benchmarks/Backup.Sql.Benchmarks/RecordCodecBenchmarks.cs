using Backup.Sql.Rows;
using BenchmarkDotNet.Attributes;

namespace Backup.Sql.Benchmarks;

/// <summary>What one row of an order table costs to encode and to decode: eight columns, about 120 bytes.</summary>
[MemoryDiagnoser]
public class RecordCodecBenchmarks : IDisposable
{
    private readonly KeyWriter _key = new();
    private readonly RecordWriter _writer = new();
    private byte[] _record = [];
    private long _number;

    /// <summary>Makes the record that is decoded.</summary>
    [GlobalSetup]
    public void SetUp() => _record = Encode().ToArray();

    /// <summary>Gives the memory back.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _key.Dispose();
        _writer.Dispose();
    }

    /// <summary>Encodes the integer key of a row.</summary>
    [Benchmark]
    public int EncodeKey()
    {
        _key.Reset();
        _key.WriteInteger(_number++);
        return _key.Written.Length;
    }

    /// <summary>Encodes a key of text and integer.</summary>
    [Benchmark]
    public int EncodeCompositeKey()
    {
        _key.Reset();
        _key.WriteText("customer-00042117"u8);
        _key.WriteInteger(_number++);
        return _key.Written.Length;
    }

    /// <summary>Encodes the row.</summary>
    [Benchmark]
    public int EncodeRecord() => Encode().Length;

    /// <summary>Decodes the row.</summary>
    [Benchmark]
    public long DecodeRecord()
    {
        var sum = 0L;
        var reader = new RecordReader(_record);
        while (reader.MoveNext())
        {
            sum += reader.Kind switch
            {
                ValueKind.Integer => reader.GetInteger(),
                ValueKind.Float => (long)reader.GetFloat(),
                ValueKind.Null => 0,
                _ => reader.GetBytes().Length,
            };
        }

        return sum;
    }

    private ReadOnlySpan<byte> Encode()
    {
        _writer.Reset();
        _writer.WriteInteger(_number++);
        _writer.WriteInteger(42_117);
        _writer.WriteText("2026-11-20T22:45:12.330000Z"u8);
        _writer.WriteText("shipped"u8);
        _writer.WriteFloat(1234.56);
        _writer.WriteNull();
        _writer.WriteInteger(1);
        _writer.WriteText("leave the parcel with the neighbour on the second floor"u8);
        return _writer.Finish();
    }
}
