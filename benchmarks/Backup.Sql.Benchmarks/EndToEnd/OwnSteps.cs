namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>Measurements of our own statements, each run by <see cref="StatementStep"/>.</summary>
/// <param name="files">Where the database is.</param>
/// <param name="warm">A workspace of a few MiB on which each statement is run once before it is measured.</param>
internal sealed class OwnSteps(Workspace files, Workspace warm)
{
    private readonly string _command = Command();

    /// <summary>A statement in a process that has run it before, on a small database: what it costs a program at work.</summary>
    /// <param name="name">The measurement's name.</param>
    /// <param name="title">The measurement's title.</param>
    /// <param name="statement">Makes the statement for a database.</param>
    /// <param name="setUp">What comes once before all runs.</param>
    /// <param name="prepare">What comes before each run.</param>
    /// <param name="warmUps">How often it has run before, where it can run again.</param>
    public Measurement Own(
        string name,
        string title,
        Func<Workspace, Statement> statement,
        Action<Workspace>? setUp = null,
        Action<Workspace>? prepare = null,
        int warmUps = 1)
    {
        var (before, measured) = (statement(warm), statement(files));
        var runs = Enumerable.Repeat(Words(warm, before), warmUps).Append(Words(files, measured));
        return Cold(name, title, statement, setUp) with
        {
            Command = $"exec {_command} {string.Join($" {StatementStep.Then} ", runs)}",
            CountsStatement = true,
            SetUp = () =>
            {
                setUp?.Invoke(warm);
                setUp?.Invoke(files);
            },
            Prepare = () =>
            {
                Workspace.Remove(before.Output);
                prepare?.Invoke(warm);
                prepare?.Invoke(files);
            },
        };
    }

    /// <summary>A statement with all that a new process has to do first: starting the runtime, compiling code.</summary>
    public Measurement Cold(
        string name, string title, Func<Workspace, Statement> statement, Action<Workspace>? setUp = null)
    {
        var measured = statement(files);
        return new Measurement
        {
            Name = name,
            Title = title,
            Command = $"exec {_command} {Words(files, measured)}",
            Input = measured.Input,
            Output = measured.Output,
            SetUp = () => setUp?.Invoke(files),
        };
    }

    /// <summary>Runs a statement unmeasured.</summary>
    public void Run(Workspace where, Statement statement) => where.Run($"exec {_command} {Words(where, statement)}");

    private static string Words(Workspace where, Statement statement) =>
        $"--root '{where.Root}' {statement.Options} \"{statement.Sql}\"";

    private static string Command()
    {
        var host = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? $"'{host}' '{Path.Combine(AppContext.BaseDirectory, "Backup.Sql.Benchmarks.dll")}' step"
            : $"'{host}' step";
    }
}
