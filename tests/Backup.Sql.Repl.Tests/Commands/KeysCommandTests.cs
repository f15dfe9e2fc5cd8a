namespace Backup.Sql.Repl.Tests.Commands;

public sealed class KeysCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupsql-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Keys_are_made_and_serve_statements()
    {
        var file = Path.Combine(_directory, "ring.json");
        var added = await ToolProcess.RunAsync("keys", "add", file, "main");
        Assert.Equal((0, ""), (added.ExitCode, added.Errors));
        Assert.Matches(@"^main  version 1 of [-0-9]{10} [:0-9]{8} UTC  local-kms:[0-9a-f]{32}\n$", added.Output);
        var again = await ToolProcess.RunAsync("keys", "add", file, "main");
        Assert.Equal(1, again.ExitCode);
        Assert.StartsWith("error 42710: there is a key \"main\" in ", again.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await ToolProcess.RunAsync("keys", "rotate", file, "main")).ExitCode);
        var listed = await ToolProcess.RunAsync("keys", "list", file);
        Assert.StartsWith("main  version 2 of ", listed.Output, StringComparison.Ordinal);

        var database = Path.Combine(_directory, "shop.db");
        await File.WriteAllBytesAsync(database, []);
        var check = await ToolProcess.RunAsync(
            "--db", $"shop=sqlite:{database}", "--state", "memory", "--keys", _directory, "--format", "csv",
            "-c", "CHECK EXTERNAL CONNECTION 'local-kms:///ring.json?key=main'");
        Assert.Equal((0, ""), (check.ExitCode, check.Errors));
        Assert.Contains("\n1,\"\",true,\"\",0 B,", check.Output, StringComparison.Ordinal);
    }
}
