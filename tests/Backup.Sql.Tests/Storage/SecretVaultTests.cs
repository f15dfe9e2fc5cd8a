using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Tests.Storage;

public sealed class SecretVaultTests : IDisposable
{
    private const string Location =
        "s3://clerk:pass%2Fword@bucket/path/x?AWS_ACCESS_KEY_ID=AKIA&AWS_SECRET_ACCESS_KEY=hush%2Bhush&AWS_REGION=eu&AWS_SESSION_TOKEN=token";

    private static readonly string[] Secrets = ["hush", "token", "pass%2Fword", "pass/word", "word"];

    private readonly TemporaryDirectory _directory = new();

    private string KeyPath => Path.Combine(_directory.Path, "deep", "state.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_sealed_location_holds_no_secret_and_opens_as_it_was()
    {
        foreach (var vault in new ISecretVault[] { new MemorySecretVault(), new SealingSecretVault(Key(1)) })
        {
            var text = vault.Seal(StoreUri.Parse(Location));
            Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            var parsed = StoreUri.Parse(text);
            Assert.Equal(("s3", "bucket", "/path/x", "AKIA"), (parsed.Scheme, parsed.Host, parsed.Path, parsed.Parameters["AWS_ACCESS_KEY_ID"]));
            var opened = vault.Open(text);
            Assert.Equal("hush+hush", opened.Parameters["AWS_SECRET_ACCESS_KEY"]);
            Assert.Equal("token", opened.Parameters["AWS_SESSION_TOKEN"]);
            Assert.Equal("eu", opened.Parameters["AWS_REGION"]);
            Assert.StartsWith("s3://clerk:pass%2Fword@bucket/path/x?", opened.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mem://a")]
    [InlineData("mem://a/b?x=1")]
    [InlineData("s3://clerk@bucket/a:b@c")]
    [InlineData("file:///srv/a@b:c")]
    [InlineData("s3://bucket?AWS_ACCESS_KEY_ID=AK%20IA")]
    public void A_location_without_secrets_stays_as_it_is(string location)
    {
        var vault = SealingSecretVault.WithKeyFile(KeyPath);
        Assert.Equal(location, vault.Seal(StoreUri.Parse(location)));
        Assert.Equal(location, vault.Open(location).Text);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Any_vault_with_the_key_opens_what_another_sealed()
    {
        using var first = new SealingSecretVault(Key(1));
        using var second = new SealingSecretVault(Key(1));
        Assert.Equal("hush+hush", second.Open(first.Seal(StoreUri.Parse(Location))).Parameters["AWS_SECRET_ACCESS_KEY"]);
    }

    [Fact]
    public void A_secret_never_looks_the_same_twice()
    {
        using var vault = new SealingSecretVault(Key(1));
        var location = StoreUri.Parse(Location);
        Assert.NotEqual(vault.Seal(location), vault.Seal(location));
    }

    [Fact]
    public void Another_key_opens_nothing_and_the_error_names_the_parameter()
    {
        using var vault = new SealingSecretVault(Key(1));
        using var other = new SealingSecretVault(Key(2));
        var text = vault.Seal(StoreUri.Parse("s3://b?AWS_SECRET_ACCESS_KEY=hush"));
        Refused(other, text, "AWS_SECRET_ACCESS_KEY");
        Refused(new MemorySecretVault(), new MemorySecretVault().Seal(StoreUri.Parse("s3://b?CREDENTIALS=hush")), "CREDENTIALS");
        Refused(vault, new MemorySecretVault().Seal(StoreUri.Parse("s3://b?CREDENTIALS=hush")), "CREDENTIALS");
    }

    [Fact]
    public void Whatever_letter_of_a_reference_is_changed_it_opens_no_more()
    {
        using var vault = new SealingSecretVault(Key(1));
        var text = vault.Seal(StoreUri.Parse("s3://b?AWS_SECRET_ACCESS_KEY=hush"));
        var value = StoreUri.Parse(text).Parameters["AWS_SECRET_ACCESS_KEY"];
        for (var i = "sealed:".Length; i < value.Length; i++)
        {
            var changed = value[..i] + (value[i] == 'A' ? 'B' : 'A') + value[(i + 1)..];
            Refused(vault, With(changed), "AWS_SECRET_ACCESS_KEY");
            Refused(vault, With(value[..i]), "AWS_SECRET_ACCESS_KEY");
        }

        Refused(vault, With(value + "A"), "AWS_SECRET_ACCESS_KEY");
        Refused(vault, With("sealed:2:" + value[9..]), "AWS_SECRET_ACCESS_KEY");
        Refused(vault, $"s3://b?AWS_SESSION_TOKEN={Uri.EscapeDataString(value)}", "AWS_SESSION_TOKEN");

        static string With(string value) => $"s3://b?AWS_SECRET_ACCESS_KEY={Uri.EscapeDataString(value)}";
    }

    [Fact]
    public void A_secret_that_looks_like_a_reference_is_sealed_all_the_same()
    {
        using var vault = new SealingSecretVault(Key(1));
        foreach (var secret in new[] { "sealed:1:AAAA", "vault:1", "" })
        {
            var location = StoreUri.Parse($"s3://b?CREDENTIALS={Uri.EscapeDataString(secret)}");
            Assert.Equal(secret, vault.Open(vault.Seal(location)).Parameters["CREDENTIALS"]);
        }
    }

    [Fact]
    public void A_key_has_32_bytes()
    {
        Assert.Throws<ArgumentException>(() => new SealingSecretVault(new byte[31]));
        Assert.Throws<ArgumentException>(() => new SealingSecretVault(new byte[33]));
    }

    [Fact]
    public void A_closed_vault_has_forgotten_its_key()
    {
        var vault = new SealingSecretVault(Key(1));
        vault.Dispose();
        Assert.Throws<ObjectDisposedException>(() => vault.Seal(StoreUri.Parse("s3://b?CREDENTIALS=x")));
    }

    [Fact]
    public async Task Vaults_that_come_to_a_key_file_at_once_share_one_key()
    {
        var location = StoreUri.Parse("s3://b?CREDENTIALS=hush");
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            using var vault = SealingSecretVault.WithKeyFile(KeyPath);
            return vault.Seal(location);
        })));
        using var last = SealingSecretVault.WithKeyFile(KeyPath);
        Assert.All(texts, text => Assert.Equal("hush", last.Open(text).Parameters["CREDENTIALS"]));
        Assert.Equal([KeyPath], Directory.GetFiles(Path.GetDirectoryName(KeyPath)!));
    }

    [Fact]
    public void Nobody_but_its_owner_reads_a_key_file()
    {
        using var vault = SealingSecretVault.WithKeyFile(KeyPath);
        var text = vault.Seal(StoreUri.Parse("s3://b?CREDENTIALS=hush"));
        Assert.Equal(65, new FileInfo(KeyPath).Length);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using var careful = SealingSecretVault.WithKeyFile(KeyPath);
        var error = Assert.Throws<BackupSqlException>(() => careful.Open(text));
        Assert.Equal(SqlStates.InsufficientPrivilege, error.SqlState);
        Assert.Contains("chmod 600", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_makes_no_key_file()
    {
        using var sealing = new SealingSecretVault(Key(1));
        using var vault = SealingSecretVault.WithKeyFile(KeyPath);
        Refused(vault, sealing.Seal(StoreUri.Parse("s3://b?CREDENTIALS=hush")), "CREDENTIALS");
        Assert.False(File.Exists(KeyPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void A_damaged_key_file_is_reported_and_not_replaced(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyPath)!);
        File.WriteAllText(KeyPath, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var vault = SealingSecretVault.WithKeyFile(KeyPath);
        var error = Assert.Throws<BackupSqlException>(() => vault.Seal(StoreUri.Parse("s3://b?CREDENTIALS=hush")));
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        Assert.Equal(content, File.ReadAllText(KeyPath));
    }

    private static void Refused(ISecretVault vault, string text, string parameter)
    {
        var error = Assert.Throws<BackupSqlException>(() => vault.Open(text));
        Assert.Equal(SqlStates.UndefinedObject, error.SqlState);
        Assert.Contains(parameter, error.Message, StringComparison.Ordinal);
    }

    private static byte[] Key(ulong seed)
    {
        var key = new byte[SealingSecretVault.KeyBytes];
        new SeededRandomSource(seed).Fill(key);
        return key;
    }
}
