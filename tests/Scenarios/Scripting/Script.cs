namespace Backup.Sql.Scenarios.Scripting;

/// <summary>
/// A scenario as text. First come settings, <c>engines: sqlite, memory</c>, <c>stores: mem, file</c> and so on; then blocks,
/// separated by empty lines: a command and, after a line <c>----</c>, what it must give. Lines that start with # are for
/// the reader. <see cref="ScriptRunner"/> tells which commands there are.
/// </summary>
internal sealed class Script
{
    private const string Separator = "----";
    private readonly Dictionary<string, string> _settings = [];
    private readonly List<ScriptBlock> _blocks = [];

    public Script(string name)
    {
        Name = name;
        var lines = File.ReadAllLines(Path.Combine(Directory, name + ".txt"));
        for (var i = 0; i < lines.Length;)
        {
            var start = i;
            while (i < lines.Length && lines[i].Trim().Length > 0)
                i++;
            Take(start + 1, lines[start..i].Where(line => !line.StartsWith('#')).ToList());
            i++;
        }
    }

    /// <summary>The names of all scripts.</summary>
    public static IEnumerable<string> All => System.IO.Directory.GetFiles(Directory, "*.txt")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public string Name { get; }

    public IReadOnlyList<ScriptBlock> Blocks => _blocks;

    private static string Directory => Path.Combine(AppContext.BaseDirectory, "Scripts");

    public string? Setting(string name) => _settings.GetValueOrDefault(name);

    public IReadOnlyList<string> Settings(string name, string otherwise) =>
        (Setting(name) ?? otherwise).Split(',', StringSplitOptions.TrimEntries);

    private void Take(int line, List<string> lines)
    {
        if (lines.Count == 0)
            return;
        if (_blocks.Count == 0 && _settings.Count == 0 && lines[0].StartsWith("engines:", StringComparison.Ordinal))
        {
            foreach (var setting in lines)
                _settings.Add(setting[..setting.IndexOf(':')].Trim(), setting[(setting.IndexOf(':') + 1)..].Trim());
            return;
        }

        var separator = lines.IndexOf(Separator);
        var command = string.Join('\n', separator < 0 ? lines : lines[..separator]).Trim();
        string? engine = null;
        if (command.StartsWith('['))
        {
            engine = command[1..command.IndexOf(']')];
            command = command[(command.IndexOf(']') + 1)..].Trim();
        }

        _blocks.Add(new ScriptBlock(line, engine, command, separator < 0 ? null : lines[(separator + 1)..]));
    }
}
