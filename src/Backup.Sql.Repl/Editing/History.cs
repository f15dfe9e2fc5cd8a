namespace Backup.Sql.Repl.Editing;

/// <summary>
/// What was entered, oldest first, also in earlier runs. The file holds one entry per line, line feeds written as
/// <c>\n</c>, in what the redaction makes of it: secrets that were typed never reach the disk.
/// </summary>
internal sealed class History
{
    private const int Limit = 1000;

    private readonly List<string> _entries = [];
    private readonly string? _path;
    private readonly Func<string, string?> _redact;

    /// <summary>Opens a history.</summary>
    /// <param name="path">The file, which need not exist; null to remember within this run alone.</param>
    /// <param name="redact">
    /// Gives the text that may be written to the file, or null to keep the entry out of it.
    /// </param>
    public History(string? path, Func<string, string?> redact)
    {
        _path = path;
        _redact = redact;
        if (path is not null)
            Load(path);
    }

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>An entry; 0 is the oldest.</summary>
    /// <param name="index">Its place.</param>
    public string this[int index] => _entries[index];

    /// <summary>Adds an entry, unless it repeats the last one.</summary>
    /// <param name="entry">The text.</param>
    public void Add(string entry)
    {
        if (string.IsNullOrWhiteSpace(entry) || (_entries.Count > 0 && _entries[^1] == entry))
            return;
        _entries.Add(entry);
        if (_path is not null && _redact(entry) is { } text)
            Append(_path, text);
    }

    /// <summary>
    /// Where the history of this user lies: <c>$XDG_STATE_HOME/backupsql/history</c>, or its like on Windows.
    /// </summary>
    /// <returns>The path, or null when the user has no such place.</returns>
    public static string? DefaultPath()
    {
        var state = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            if (home.Length == 0)
                return null;
            state = Path.Combine(home, ".local", "state");
        }

        return Path.Combine(state, "backupsql", "history");
    }

    private void Load(string path)
    {
        try
        {
            if (!File.Exists(path))
                return;
            var lines = File.ReadAllLines(path);
            _entries.AddRange(lines.TakeLast(Limit).Select(Unescape));
            if (lines.Length > 2 * Limit)
                File.WriteAllLines(path, lines.TakeLast(Limit));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A history that cannot be read is an empty one: nothing depends on it.
        }
    }

    private static void Append(string path, string entry)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var writer = new StreamWriter(path, options);
            writer.Write(Escape(entry) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See Load.
        }
    }

    private static string Escape(string entry) => entry
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\r", "", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Unescape(string line)
    {
        var parts = line.Split("\\\\").Select(part => part.Replace("\\n", "\n", StringComparison.Ordinal));
        return string.Join('\\', parts);
    }
}
