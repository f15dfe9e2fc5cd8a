using System.Buffers.Binary;
using System.Security.Cryptography;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Collections.Format;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Collections;

public sealed class FormatPrimitivesTests
{
    [Fact]
    public void Integers_survive_and_take_the_least_bytes()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<byte>(), (value, shift) =>
        {
            value >>= shift % 64;
            var buffer = new byte[Varint.MaxBytes];
            var written = Varint.Write(buffer, value);
            Assert.Equal(Math.Max(1, (64 - (int)ulong.LeadingZeroCount(value) + 6) / 7), written);
            Assert.Equal(written, Varint.Read(buffer.AsSpan(0, written), out var read));
            Assert.Equal(value, read);
            Assert.Equal(0, Varint.Read(buffer.AsSpan(0, written - 1), out _));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Integers_that_do_not_fit_are_refused()
    {
        Assert.Equal(0, Varint.Read(Convert.FromHexString("FFFFFFFFFFFFFFFFFF02"), out _));
        Assert.Equal(0, Varint.Read(Convert.FromHexString("FFFFFFFFFFFFFFFFFFFF01"), out _));
        Assert.Equal(10, Varint.Read(Convert.FromHexString("FFFFFFFFFFFFFFFFFF01"), out var largest));
        Assert.Equal(ulong.MaxValue, largest);
    }

    [Fact]
    public void Signed_integers_survive() =>
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), value => Varint.UnZigZag(Varint.ZigZag(value)) == value)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Checksums_are_those_of_the_standard()
    {
        // RFC 3720, appendix B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0xE3069283u, Crc32C.Compute("56789"u8, Crc32C.Compute("1234"u8)));
    }

    [Fact]
    public void Rows_of_any_length_are_digested_as_by_the_base_class_library()
    {
        var random = new Random(5);
        var buffer = new byte[2000];
        random.NextBytes(buffer);
        foreach (var scope in new[] { FingerprintScope.State, FingerprintScope.Content })
        {
            var hasher = new RowHasher(scope);
            UInt128 sum = 0;
            for (var length = 0; length < 1300; length++)
            {
                var offset = random.Next(600);
                var time = new HlcTimestamp(random.NextInt64(), random.Next());
                var isDeletion = random.Next(2) == 0;
                hasher.Add(buffer, offset, length, time, isDeletion);
                sum += Expected(buffer.AsSpan(offset, length), scope, time, isDeletion);
            }

            var taken = hasher.Take();
            Assert.Equal(1300, taken.Rows);
            Assert.Equal(sum, taken.Sum);
        }
    }

    [Fact]
    public void Bounds_enclose_their_key()
    {
        var key = Gen.ArrayOf(Gen.Elements<byte>(0, 1, 0xFE, 0xFF)).Resize(600)
            .Zip(Gen.Choose(0, 600), (tail, ones) => Enumerable.Repeat((byte)0xFF, ones).Concat(tail).ToArray());
        Prop.ForAll(key.ToArbitrary(), key =>
        {
            var (lower, upper) = (KeyBounds.Lower(key), KeyBounds.Upper(key));
            Assert.True(lower.AsSpan().SequenceCompareTo(key) <= 0);
            Assert.True(upper.AsSpan().SequenceCompareTo(key) >= 0);
            Assert.True(lower.Length <= KeyBounds.MaxBytes);
            Assert.True(upper.Length <= KeyBounds.MaxBytes || !key.AsSpan(0, KeyBounds.MaxBytes).ContainsAnyExcept((byte)0xFF));
            if (key.Length <= KeyBounds.MaxBytes)
                Assert.True(lower.SequenceEqual(key) && upper.SequenceEqual(key));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Directory_names_tell_their_times()
    {
        var end = new HlcTimestamp(1_795_214_712_339_999_000);
        Assert.Equal("2026/11/20-224512.33", CollectionLayout.FullDirectory(end));
        Assert.Equal("2026/11/20-224512.34", CollectionLayout.FullDirectory(end, 1));
        Assert.Equal(
            "20261121/224512.33-20261120-224512.33",
            CollectionLayout.IncrementDirectory(end, new HlcTimestamp(end.WallTime + 86_400_000_000_000)));
        Assert.True(CollectionLayout.TryParseFullDirectory("2026/11/20-224512.33", out _));
        Assert.False(CollectionLayout.TryParseFullDirectory("2026/11/20-224512.33/x", out _));
        Assert.True(CollectionLayout.IsIncrementDirectory("20261121/224512.33"));
        Assert.False(CollectionLayout.IsIncrementDirectory("20261121/224512.33/x"));
        Assert.False(CollectionLayout.IsIncrementDirectory("2026112x/224512.33"));
        Assert.True(string.CompareOrdinal(
            CollectionLayout.Latest(new HlcTimestamp(2), new string('f', 32)),
            CollectionLayout.Latest(new HlcTimestamp(1), new string('0', 32))) < 0);
    }

    private static UInt128 Expected(ReadOnlySpan<byte> row, FingerprintScope scope, HlcTimestamp time, bool isDeletion)
    {
        var message = row.ToArray().ToList();
        if (scope == FingerprintScope.Content)
        {
            var suffix = new byte[13];
            BinaryPrimitives.WriteInt64BigEndian(suffix, time.WallTime);
            BinaryPrimitives.WriteInt32BigEndian(suffix.AsSpan(8), time.Logical);
            suffix[12] = isDeletion ? (byte)1 : (byte)0;
            message.AddRange(suffix);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(message.ToArray()));
    }
}
