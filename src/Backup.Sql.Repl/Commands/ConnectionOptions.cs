namespace Backup.Sql.Repl.Commands;

/// <summary>Which databases the tool opens and where backups may go.</summary>
internal sealed record ConnectionOptions
{
    private const string SqliteScheme = "sqlite:";
    private const string PostgresScheme = "postgres:";
    private const string InMemory = "memory";

    /// <summary>Names of databases and their SQLite files. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Databases { get; init; } = new Dictionary<string, string>();

    /// <summary>PostgreSQL servers, in the order in which they were named. Default: none.</summary>
    public IReadOnlyList<NamedServer> Servers { get; init; } = [];

    /// <summary>
    /// A directory of SQLite files; null for none. Default: the current one where no database is named.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>The directory below which <c>file://</c> and <c>nodelocal://</c> may write.</summary>
    public required string Root { get; init; }

    /// <summary>
    /// The file of jobs, schedules, connections and the like; null to keep them elsewhere. Default: null.
    /// </summary>
    public string? State { get; init; }

    /// <summary>
    /// The connection string of the PostgreSQL database that keeps them; null to keep them elsewhere, which is in
    /// <see cref="State"/> or else in memory. It may hold a password. Default: null.
    /// </summary>
    public string? PostgresState { get; init; }

    /// <summary>The key file of the secrets in the state; null where it is in memory. Default: null.</summary>
    public string? StateKey { get; init; }

    /// <summary>
    /// The directory of the key rings that <c>local-kms:///</c> names. Default: <see cref="Root"/>.
    /// </summary>
    public string Keys
    {
        get => field ?? Root;
        init;
    }

    /// <summary>The database to begin with; null for the only one, if there is only one.</summary>
    public string? First { get; init; }

    /// <summary>Whose session it is. Default: <c>root</c>.</summary>
    public string User { get; init; } = "root";

    /// <summary>
    /// The administrators, who may do everything while all others may do what was granted to them. Default: none,
    /// rights are off.
    /// </summary>
    public IReadOnlyList<string> Admins { get; init; } = [];

    /// <summary>Whether backups are listed and named by ids. Default: false, by paths.</summary>
    public bool ListsIds { get; init; }

    /// <summary>Reads the arguments of the command line.</summary>
    /// <param name="databases">
    /// Arguments of <c>--db</c>: <c>NAME=sqlite:PATH</c> or <c>NAME=postgres:CONNECTION STRING</c>.
    /// </param>
    /// <param name="directory">The argument of <c>--dir</c>.</param>
    /// <param name="root">The argument of <c>--root</c>.</param>
    /// <param name="state">
    /// The argument of <c>--state</c>: a file, <c>memory</c> or <c>postgres:</c> and a connection string; null for
    /// <c>.backupsql/state.db</c> where new databases would come to lie.
    /// </param>
    /// <param name="keys">The argument of <c>--keys</c>; null for the root.</param>
    /// <returns>The options.</returns>
    /// <exception cref="Diagnostics.BackupSqlException">
    /// 22023 an argument has another form; 42710 a name twice.
    /// </exception>
    public static ConnectionOptions Parse(
        IReadOnlyList<string> databases, string? directory, string? root, string? state, string? keys = null)
    {
        var files = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var servers = new ServerList();
        foreach (var argument in databases)
        {
            var (name, scheme, place) = ParseDatabase(argument);
            if (!names.Add(name))
                throw ToolErrors.DatabaseNamedTwice(name);
            if (scheme == PostgresScheme)
                servers.Add(name, place);
            else
                files.Add(name, place);
        }

        var first = databases.Count == 0 ? null : ParseDatabase(databases[0]).Name;
        var home = directory
            ?? (files.Count == 0 ? "." : Path.GetDirectoryName(Path.GetFullPath(files.First().Value))!);
        return WithState(state, Path.Combine(home, ".backupsql", "state.db"), new ConnectionOptions
        {
            Databases = files,
            Servers = servers.All,
            Directory = directory ?? (databases.Count == 0 ? "." : null),
            Root = Path.GetFullPath(root ?? "."),
            Keys = Path.GetFullPath(keys ?? root ?? "."),
            First = first,
        });
    }

    private static ConnectionOptions WithState(string? state, string usual, ConnectionOptions options)
    {
        if (state == InMemory)
            return options;
        if (state is not null && state.StartsWith(PostgresScheme, StringComparison.OrdinalIgnoreCase))
        {
            return options with
            {
                PostgresState = state[PostgresScheme.Length..],
                StateKey = Path.GetFullPath(Path.ChangeExtension(usual, ".key")),
            };
        }

        var file = Path.GetFullPath(state ?? usual);
        return options with { State = file, StateKey = Path.ChangeExtension(file, ".key") };
    }

    private static (string Name, string Scheme, string Place) ParseDatabase(string argument)
    {
        var parts = argument.Split('=', 2);
        foreach (var scheme in (string[])[SqliteScheme, PostgresScheme])
        {
            if (parts.Length == 2
                && parts[0].Length > 0
                && parts[1].StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && parts[1].Length > scheme.Length)
            {
                return (parts[0], scheme, parts[1][scheme.Length..]);
            }
        }

        // What follows the name may hold a password.
        throw ToolErrors.DatabaseArgument(parts[0]);
    }
}
