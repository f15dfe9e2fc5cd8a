namespace Backup.Sql.House;

/// <summary>The repository's own files, found from where this one was compiled.</summary>
internal static class Sources
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of the shipped projects but what is generated.</summary>
    public static IEnumerable<SourceFile> Shipped() => In("src");

    public static IEnumerable<SourceFile> In(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/") && !path.Contains("/Generated/"))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))));

    // The compiler maps source paths to /_/, so the solution file is looked for above the test's own directory.
    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Backup.Sql.sln")))
                return at.FullName;
        }

        throw new InvalidOperationException("Backup.Sql.sln was not found above " + AppContext.BaseDirectory);
    }
}
