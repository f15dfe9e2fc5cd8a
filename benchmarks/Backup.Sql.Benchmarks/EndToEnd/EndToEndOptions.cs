using System.Globalization;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>What the <c>e2e</c> command was asked for.</summary>
internal sealed record EndToEndOptions
{
    public const string Usage = """
        e2e [--mib N] [--rounds N] [--dir DIR] [--engine sqlite|postgres] [--only NAME[,NAME…]] [--list]

          --mib N     size of the database, default 1024
          --rounds N  how often everything is measured, default 3
          --dir DIR   where to work; files there are used again. Default: a directory of its own that is removed
          --engine E  the engine, default sqlite. For postgres a server of the benchmark's own is started on loopback
          --only X,Y  measurements whose names are, or begin with, one of these words; zstd is always measured
          --list      prints the names of all measurements
        """;

    public const string Postgres = "postgres";

    public int Mebibytes { get; init; } = 1024;

    public int Rounds { get; init; } = 3;

    public string? Directory { get; init; }

    public string Engine { get; init; } = "sqlite";

    public bool List { get; init; }

    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Reads the command line.</summary>
    /// <returns>Null when it makes no sense.</returns>
    public static EndToEndOptions? Parse(IReadOnlyList<string> args)
    {
        var options = new EndToEndOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--mib" when TryCount(value, out var mebibytes):
                    options = options with { Mebibytes = mebibytes };
                    break;
                case "--rounds" when TryCount(value, out var rounds):
                    options = options with { Rounds = rounds };
                    break;
                case "--dir" when value.Length > 0:
                    options = options with { Directory = Path.GetFullPath(value) };
                    break;
                case "--engine" when value is "sqlite" or Postgres:
                    options = options with { Engine = value };
                    break;
                case "--only" when value.Length > 0:
                    options = options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries) };
                    break;
                case "--list":
                    options = options with { List = true };
                    continue;
                default:
                    return null;
            }

            i++;
        }

        return options;
    }

    /// <summary>Tells whether a measurement is wanted: <c>restore</c> stands for <c>restore-table</c> too.</summary>
    public bool Wants(string name) =>
        Only.Count == 0 || Only.Any(word => name == word || name.StartsWith(word + "-", StringComparison.Ordinal));

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
