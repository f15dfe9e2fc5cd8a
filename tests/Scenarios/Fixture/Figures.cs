namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// What a test has counted, as a line: left as a file of its own in the directory that BACKUPSQL_FAULT_COUNTS names, for
/// <c>.ci/run</c> to print.
/// </summary>
internal static class Figures
{
    private const int LongestName = 40;

    public static void Print(string line)
    {
        if (Environment.GetEnvironmentVariable("BACKUPSQL_FAULT_COUNTS") is not { Length: > 0 } directory)
            return;
        var name = string.Concat(line.Where(char.IsAsciiLetter).Take(LongestName));
        File.WriteAllText(Path.Combine(directory, name + ".txt"), line + "\n");
    }
}
