namespace Backup.Sql.TestKit.Tests.StorageContract;

public sealed class WritingAStoreTests
{
    [Theory]
    [InlineData("ShelfStore.cs", "// docs: store\n")]
    [InlineData("ShelfStoreTests.cs", "// docs: proof\n")]
    public async Task The_guide_shows_the_code_that_is_compiled_and_run_here(string file, string marker)
    {
        var root = Root();
        var source = await File.ReadAllTextAsync(
            Path.Join(root, "tests", "Backup.Sql.TestKit.Tests", "StorageContract", file));
        var guide = await File.ReadAllTextAsync(Path.Join(root, "docs", "writing-a-store.md"));
        source = source.ReplaceLineEndings("\n");
        var shown = source[(source.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..];
        Assert.Contains($"```csharp\n{shown}```\n", guide.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Join(directory.FullName, "Backup.Sql.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests run outside of the repository");
    }
}
