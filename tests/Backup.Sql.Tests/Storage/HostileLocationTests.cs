using System.Text;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Storage;

/// <summary>
/// Locations as somebody writes them who means harm, or who forgot to encode a password: each is refused with code and hint
/// and without its secret, or leads to where it says, below the root.
/// </summary>
public sealed class HostileLocationTests : IDisposable
{
    private const string Mark = "MARKER";

    private static readonly string[] Pieces =
    [
        "file://", "nodelocal://", "mem://", "external://", "s3://", "self", "1", "root", "outside", "..", ".", "%2e%2e", "%2E.",
        "%252e%252e", "/", "//", "\\", "%2f", "%5c", "%00", "\0", "\n", "%0a", "#", "?", "&", "=", ":", "@", "%40", "%", "%zz", "%ff",
        "[::1]", "MARKER", "AWS_SECRET_ACCESS_KEY=", "aws_secret_access_key=", "COCKROACH_LOCALITY=", "link", "é", "\uD83D\uDE00", "\uD83D",
        "{root}", "a", "x",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly ObjectStoreProviders _providers;

    public HostileLocationTests()
    {
        _root = Path.Combine(_directory.Path, "root");
        Directory.CreateDirectory(Path.Combine(_root, "below"));
        Directory.CreateDirectory(Path.Combine(_directory.Path, "root-evil"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "link"), _directory.Path);
        _providers = new ObjectStoreProviders([new FileObjectStoreProvider(_root), new MemoryObjectStoreProvider()]);
    }

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Refused => new()
    {
        "file://{root}/../x", "file://{root}/%2e%2e/x", "file://{root}/a%2f..%2f..%2fx", "file://{root}/%2E%2E%2fx", "file://{root}-evil/x",
        "file://{root}/link/x", "file:///etc/passwd", "file:////etc/passwd", "file:///..", "file:///", "file://etc/passwd", "file://",
        "file://{root}/a%00b", "file://{root}/{long}", "file://{root}/{deep}", "file://{root}/a#MARKER", "file://{root}?MARKER", "file://{root}?MARKER=1",
        "file://{root}?x=MARKER&x=1", "file://u:MARKER@host{root}", "file://u:MARKER/x@{root}", "file://{root}/{half}",
        "nodelocal://1/../x", "nodelocal://1/%2e%2e", "nodelocal://self/link/x", "nodelocal:///x", "nodelocal://-1/x", "nodelocal://u:MARKER@x/y",
        "nodelocal://1/x?AWS_SECRET_ACCESS_KEY=MARKER", "nodelocal://1/x?token=MARKER",
        "mem://", "mem:///x", "mem://a/..", "mem://a/%2e%2e/b", "mem://a/b\\c", "mem://a/%5c", "mem://a/.~x", "mem://a/{long}",
        "mem://a?MARKER=", "mem://a?=MARKER", "mem://a?aws_secret_access_key=MARKER", "mem://a?AWS_SECRET_ACCESS_KEY=MARKER", "mem://a?&&x=MARKER",
        "mem://u:p/MARKER@a", "mem://u:p?MARKER@a", "mem://u:MARKER#x@a", "mem://u:MARKER@a:x", "mem://a:MARKER",
        "", "x", "://", "mem", "mem:", "mem:/a", "mem//:a?x=MARKER", " mem://a", "m em://MARKER", "\0://a", "http://u:MARKER@x", "{scheme}://a",
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_location_that_leads_astray_is_refused_without_its_secret(string location)
    {
        var text = location
            .Replace("{root}", _root, StringComparison.Ordinal)
            .Replace("{half}", "\uD83D", StringComparison.Ordinal)
            .Replace("{long}", new string('x', 256), StringComparison.Ordinal)
            .Replace("{deep}", string.Concat(Enumerable.Repeat("deep/", 900)), StringComparison.Ordinal)
            .Replace("{scheme}", new string('s', 100_000), StringComparison.Ordinal);
        var error = Assert.Throws<BackupSqlException>(() => _providers.Check(StoreUri.Parse(text)));
        Judge(error);
    }

    [Theory]
    [InlineData("mem://clerk:MARKER@a/b")]
    [InlineData("mem://clerk:p%2Fw%3Fx%23y%40z@a/b")]
    [InlineData("nodelocal://1/a%252e%252e/b")]
    [InlineData("nodelocal://1//a///b/")]
    [InlineData("mem://a?COCKROACH_LOCALITY=region%3Deast")]
    public async Task What_looks_odd_and_is_not_leads_to_where_it_says(string location)
    {
        var uri = StoreUri.Parse(location);
        Assert.DoesNotContain(Mark, uri.ToString(), StringComparison.Ordinal);
        await using var store = await _providers.OpenAsync(uri);
        Assert.True(await store.PutIfAbsentAsync("x", new byte[1]));
        Assert.Equal(["link", "root", "root-evil"], Around());
    }

    [Fact]
    public async Task Many_and_huge_parameters_are_refused_soon()
    {
        var many = "mem://a?" + string.Join('&', Enumerable.Range(0, 100_000).Select(i => $"p{i}=MARKER"));
        Judge(Assert.Throws<BackupSqlException>(() => _providers.Check(StoreUri.Parse(many))));
        var huge = $"mem://a?COCKROACH_LOCALITY={new string('x', 4 << 20)}";
        await using (await _providers.OpenAsync(StoreUri.Parse(huge)))
        {
        }

        Judge(Assert.Throws<BackupSqlException>(() => _providers.Check(StoreUri.Parse($"mem://a/{new string('x', 4 << 20)}"))));
        Judge(Assert.Throws<BackupSqlException>(() => _providers.Check(StoreUri.Parse($"mem://a?{new string('x', 4 << 20)}=1"))));
    }

    [Fact]
    public void Random_locations_are_refused_or_stay_below_the_root() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Try(Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));

    private string Random(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(random.Next(4) == 0 ? "" : Pieces[random.Next(5)]);
        for (var i = random.Next(1, 9); i > 0; i--)
            text.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(3) == 0 ? "/" : "");
        return text.Replace("{root}", _root).ToString();
    }

    private void Try(string text)
    {
        try
        {
            var uri = StoreUri.Parse(text);
            _providers.Check(uri);
            var store = _providers.OpenAsync(uri).AsTask().GetAwaiter().GetResult();
            store.PutIfAbsentAsync("probe", new byte[1]).AsTask().GetAwaiter().GetResult();
        }
        catch (BackupSqlException error)
        {
            Judge(error, mayName: true);
        }

        Assert.True(Around().SequenceEqual(["link", "root", "root-evil"], StringComparer.Ordinal), text);
    }

    // Everything outside of the root, seen from above it; the link in the root leads there.
    private List<string> Around() =>
        [.. Directory.GetFileSystemEntries(_directory.Path).Select(path => Path.GetFileName(path)!).Append("link").Order(StringComparer.Ordinal)];

    private static void Judge(BackupSqlException error, bool mayName = false)
    {
        Assert.True(error.Hint is { Length: > 0 }, error.ToString());
        Assert.NotEqual(SqlStates.InternalError, error.SqlState);
        Assert.True(error.Message.Length < 1000 && !error.Message.Any(char.IsControl), error.Message);

        // A path that is made of the mark is no secret.
        if (!mayName)
            Assert.DoesNotContain(Mark, $"{error} {error.Detail} {error.Hint}", StringComparison.OrdinalIgnoreCase);
    }
}
