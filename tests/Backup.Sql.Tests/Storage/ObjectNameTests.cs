using System.Text;
using Backup.Sql.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Storage;

public sealed class ObjectNameTests
{
    [Fact]
    public void Names_are_ordered_as_their_bytes_are() => Prop.ForAll<string?, string?>((left, right) =>
        Whole(left) != left
        || Whole(right) != right
        || Math.Sign(ObjectName.Compare(left, right)) == Math.Sign(Bytes(left).SequenceCompareTo(Bytes(right))))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("\uFFFD", "\U00010000")]
    [InlineData("a\uE000", "a\U0001F600b")]
    [InlineData("a", "a/b")]
    [InlineData("a-b", "a/b")]
    public void The_order_is_that_of_code_points(string lower, string higher)
    {
        Assert.True(ObjectName.Compare(lower, higher) < 0);
        Assert.True(ObjectName.Compare(higher, lower) > 0);
        Assert.Equal(0, ObjectName.Compare(lower, lower));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_name()
    {
        Assert.False(ObjectName.IsValid("half \ud800"));
        Assert.False(ObjectName.IsValid("\udc00 pair"));
        Assert.True(ObjectName.IsValid("whole \U0001F600"));
    }

    [Fact]
    public void Lengths_count_bytes()
    {
        Assert.True(ObjectName.IsValid(new string('ü', 127)));
        Assert.False(ObjectName.IsValid(new string('ü', 128)));
        Assert.True(ObjectName.IsValid(string.Join('/', Enumerable.Repeat(new string('a', 255), 4))));
        Assert.False(ObjectName.IsValid(string.Join('/', Enumerable.Repeat(new string('a', 255), 4)) + "/b"));
    }

    // FsCheck makes strings with halves of surrogate pairs in them, which have no UTF-8.
    private static string Whole(string? text) => Encoding.UTF8.GetString(Bytes(text));

    private static ReadOnlySpan<byte> Bytes(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
