using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Xunit.Sdk;

namespace Backup.Sql.Aws.Tests;

/// <summary>
/// A real S3 server on loopback: one that the environment names (S3_TEST_ENDPOINT), or Ceph, started for the run and
/// stopped after it. Where Ceph is not installed the tests say so; in CI that is a failure.
/// </summary>
public sealed class S3Server : IAsyncLifetime
{
    private const string Access = "testaccess";
    private const string Secret = "testsecret123";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"backupsql-s3-{Environment.ProcessId}");
    private bool _started;

    /// <summary>Null when there is no server.</summary>
    public string? Endpoint { get; private set; }

    public async Task InitializeAsync()
    {
        Endpoint = Environment.GetEnvironmentVariable("S3_TEST_ENDPOINT");
        if (Endpoint is not null || !IsInstalled())
            return;
        var port = 21_000 + (Environment.ProcessId % 4000 * 10);
        var (code, output) = await RunAsync("start", _directory, port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _started = true;
        Assert.True(code == 0, output);
        Endpoint = $"http://127.0.0.1:{port}";
    }

    public async Task DisposeAsync()
    {
        if (!_started)
            return;
        await RunAsync("stop", _directory);
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Makes a bucket and gives a location in it.</summary>
    public async Task<string> NewBucketAsync()
    {
        using var client = NewClient();
        var bucket = $"bucket-{Guid.NewGuid():N}";
        await client.PutBucketAsync(bucket);
        return bucket;
    }

    /// <summary>A location below a bucket, with all that is needed to reach it.</summary>
    public string Location(string bucket, string path = "", string more = "") =>
        $"s3://{bucket}/{path}?AWS_ACCESS_KEY_ID={Access}&AWS_SECRET_ACCESS_KEY={Secret}&AWS_ENDPOINT={Uri.EscapeDataString(Endpoint!)}{more}";

    public AmazonS3Client NewClient() => new(
        new BasicAWSCredentials(Access, Secret),
        new AmazonS3Config
        {
            ServiceURL = Endpoint,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    /// <summary>Ends a test where there is no server; in CI that is a failure.</summary>
    /// <returns>False when the test must not go on.</returns>
    public bool IsThere(Xunit.Abstractions.ITestOutputHelper output)
    {
        if (Endpoint is not null)
            return true;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            throw new XunitException("no S3 server: install ceph-mon, ceph-osd and radosgw");
        output.WriteLine("skipped: no S3 server; tests/tools/s3-server.sh install brings one");
        return false;
    }

    private static bool IsInstalled() => File.Exists("/usr/bin/radosgw") && File.Exists("/usr/bin/ceph-osd");

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Script());
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string Script()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Backup.Sql.sln")))
            directory = directory.Parent;
        return Path.Combine(directory!.FullName, "tests", "tools", "s3-server.sh");
    }
}
