namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>The programs of the machine.</summary>
internal static class Tools
{
    public static bool Has(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, name)));
}
