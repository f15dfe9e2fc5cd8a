namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// What a test has counted, as a line that is quoted elsewhere: appended to the file that BACKUPSQL_FIGURES names.
/// </summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    public static void Print(string line)
    {
        if (Environment.GetEnvironmentVariable("BACKUPSQL_FIGURES") is not { Length: > 0 } path)
            return;
        lock (Gate)
            File.AppendAllText(path, line + Environment.NewLine);
    }
}
