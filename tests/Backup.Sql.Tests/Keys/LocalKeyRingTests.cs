using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.KeyContract;
using Backup.Sql.TestKit.Simulation;
using Backup.Sql.Tests.Storage;

namespace Backup.Sql.Tests.Keys;

public sealed class LocalKeyRingTests : IDisposable
{
    private static readonly byte[] Data = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Context = "chain"u8.ToArray();

    private readonly TemporaryDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "ring.json");

    private LocalKeyRing Ring => new(File) { TimeProvider = new ManualTimeProvider(), Random = new SeededRandomSource(11) };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_key_keeps_the_obligations_of_a_key_service()
    {
        Ring.Add("main");
        await KeyServiceConformance.RunAsync(token => OpenAsync("ring.json", "main", token), new SeededRandomSource(7));
    }

    [Fact]
    public async Task What_older_versions_wrapped_stays_readable()
    {
        var made = Ring.Add("main");
        Assert.Equal(1, made.Version);
        await using var before = await OpenAsync();
        var old = await before.WrapAsync(Data, Context);
        var rotated = new LocalKeyRing(File).Rotate("main");
        Assert.Equal((2, made.KeyId), (rotated.Version, rotated.KeyId));
        await using var after = await OpenAsync();
        Assert.Equal(made.KeyId, after.KeyId);
        Assert.Equal(Data, await after.UnwrapAsync(old, Context));
        var young = await after.WrapAsync(Data, Context);
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(young.AsSpan(1)));

        // Who opened the key before its rotation does not know the version, and says so.
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => before.UnwrapAsync(young, Context).AsTask());
        Assert.Equal(SqlStates.UndefinedObject, failure.SqlState);
    }

    [Fact]
    public async Task A_wrapped_key_is_what_the_format_says()
    {
        Ring.Add("main");
        await using var service = await OpenAsync();
        var wrapped = await service.WrapAsync(Data, Context);
        var key = JsonNode.Parse(System.IO.File.ReadAllBytes(File))!["keys"]![0]!;
        Assert.Equal("local-kms:" + key["uid"], service.KeyId);
        using var cipher = new AesGcm(Convert.FromBase64String((string)key["versions"]![0]!["key"]!), 16);
        var plain = new byte[32];
        cipher.Decrypt(
            wrapped.AsSpan(5, 12), wrapped.AsSpan(17, 32), wrapped.AsSpan(49, 16), plain,
            [.. Encoding.ASCII.GetBytes($"backup-sql:local-kms:1{key["uid"]}"), 0, 0, 0, 1, .. Context]);
        Assert.Equal(Data, plain);
        Assert.Equal([1, 0, 0, 0, 1], wrapped[..5]);
        Assert.Equal(65, wrapped.Length);
    }

    [Fact]
    public async Task No_changed_bit_of_a_wrapped_key_goes_unnoticed()
    {
        Ring.Add("main");
        await using var service = await OpenAsync();
        var wrapped = await service.WrapAsync(Data, Context);
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var bent = wrapped.ToArray();
            bent[bit / 8] ^= (byte)(1 << (bit % 8));
            var failure = await Assert.ThrowsAsync<BackupSqlException>(() => service.UnwrapAsync(bent, Context).AsTask());
            Assert.True(failure.SqlState is SqlStates.DataCorrupted or SqlStates.UndefinedObject, $"bit {bit}: {failure.SqlState}");
        }

        for (var length = 0; length < wrapped.Length; length++)
            await Assert.ThrowsAsync<BackupSqlException>(() => service.UnwrapAsync(wrapped.AsMemory(0, length), Context).AsTask());
    }

    [Fact]
    public async Task Keys_of_one_ring_do_not_open_each_others()
    {
        Ring.Add("main");
        new LocalKeyRing(File).Add("spare");
        await using var main = await OpenAsync();
        await using var spare = await OpenAsync(id: "spare");
        Assert.NotEqual(main.KeyId, spare.KeyId);
        var wrapped = await main.WrapAsync(Data, Context);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => spare.UnwrapAsync(wrapped, Context).AsTask());
        Assert.Equal(SqlStates.DataCorrupted, failure.SqlState);
        Assert.Equal(["main", "spare"], Ring.List().Select(key => key.Id));
    }

    [Fact]
    public async Task A_closed_key_does_nothing_more()
    {
        Ring.Add("main");
        var service = await OpenAsync();
        await service.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => service.WrapAsync(Data, Context).AsTask());
    }

    [Fact]
    public void Names_are_checked_and_taken_once()
    {
        Assert.Equal(SqlStates.UndefinedFile, Assert.Throws<BackupSqlException>(() => Ring.List()).SqlState);
        Assert.Equal(SqlStates.UndefinedObject, Assert.Throws<BackupSqlException>(() => Ring.Rotate("main")).SqlState);
        foreach (var name in new[] { "", "a b", "a/b", "ü", new string('a', 65) })
            Assert.Equal(SqlStates.InvalidParameterValue, Assert.Throws<BackupSqlException>(() => Ring.Add(name)).SqlState);
        Ring.Add("main");
        Assert.Equal(SqlStates.DuplicateObject, Assert.Throws<BackupSqlException>(() => Ring.Add("main")).SqlState);
        var missing = Assert.Throws<BackupSqlException>(() => Ring.Rotate("mian"));
        Assert.Equal("Did you mean \"main\"?", missing.Hint);
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_not_used()
    {
        Ring.Add("main");
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => OpenAsync().AsTask());
        Assert.Equal(SqlStates.InsufficientPrivilege, failure.SqlState);
        Assert.Contains("chmod 600", failure.Hint!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"keys\":null}")]
    [InlineData("{\"formatVersion\":1,\"keys\":[null]}")]
    [InlineData("{\"formatVersion\":1,\"keys\":[{\"id\":\"main\",\"uid\":\"00\",\"versions\":[]}]}")]
    [InlineData("{\"formatVersion\":1,\"keys\":[{\"id\":\"main\",\"uid\":\"00112233445566778899aabbccddeeff\",\"versions\":[]}]}")]
    [InlineData("{\"formatVersion\":1,\"keys\":[{\"id\":\"main\",\"uid\":\"00112233445566778899aabbccddeeff\",\"versions\":[{\"version\":1,\"created\":\"2026-01-01T00:00:00Z\",\"key\":\"TUFSS0VSLUtFWQ==\"}]}]}")]
    [InlineData("{\"formatVersion\":1,\"keys\":[{\"id\":\"main\",\"uid\":\"00112233445566778899aabbccddeeff\",\"versions\":[{\"version\":1,\"key\":\"MARKER no base64\"}]}]}")]
    public async Task A_damaged_file_is_told_and_not_quoted(string text)
    {
        Write(text);
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => OpenAsync().AsTask());
        Assert.Equal(SqlStates.DataCorrupted, failure.SqlState);
        Assert.DoesNotContain("MARKER", failure.ToString(), StringComparison.Ordinal);

        // And adding to it does not make it worse.
        Assert.Equal(SqlStates.DataCorrupted, Assert.Throws<BackupSqlException>(() => Ring.Add("other")).SqlState);
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_not_guessed_at()
    {
        Write("{\"formatVersion\":2,\"keys\":[]}");
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => OpenAsync().AsTask());
        Assert.Equal(SqlStates.UnsupportedFormat, failure.SqlState);
    }

    [Fact]
    public void Two_processes_do_not_lose_each_others_keys()
    {
        Ring.Add("main");
        using (new PrivateFile(File, new SeededRandomSource(1)).Lock())
        {
            var failure = Assert.Throws<BackupSqlException>(() => Ring.Add("other"));
            Assert.Equal(SqlStates.ObjectInUse, failure.SqlState);
            Assert.True(failure.IsTransient);
        }

        new LocalKeyRing(File).Add("other");
        Assert.Equal(2, Ring.List().Count);
        Assert.Equal(["ring.json", "ring.json.lock"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Nothing_leaves_the_directory_of_the_keys()
    {
        using var outside = new TemporaryDirectory();
        new LocalKeyRing(Path.Combine(outside.Path, "ring.json")).Add("main");
        var provider = new LocalKeyRingProvider(_directory.Path);
        foreach (var path in new[] { "../ring.json", "a/../../ring.json", "%2e%2e/ring.json", "a/%2e%2e%2fring.json" })
            Fails($"local-kms:///{path}?key=main");
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateSymbolicLink(Path.Combine(_directory.Path, "link"), outside.Path);
        Fails("local-kms:///link/ring.json?key=main");

        void Fails(string location) => Assert.Equal(
            SqlStates.InvalidParameterValue,
            Assert.Throws<BackupSqlException>(() => provider.Check(StoreUri.Parse(location))).SqlState);
    }

    private void Write(string text)
    {
        System.IO.File.WriteAllText(File, text);
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private ValueTask<IKeyManagementService> OpenAsync(
        string path = "ring.json", string id = "main", CancellationToken cancellationToken = default) =>
        new LocalKeyRingProvider(_directory.Path).OpenAsync(StoreUri.Parse($"local-kms:///{path}?key={id}"), cancellationToken);
}
