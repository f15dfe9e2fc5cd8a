using System.CommandLine;
using System.CommandLine.Parsing;
using Backup.Sql.Repl.Output;
using Backup.Sql.Syntax;

namespace Backup.Sql.Repl.Commands;

/// <summary>The command line: options and sub-commands, and nothing of what they do.</summary>
internal static class ToolCommand
{
    /// <summary>Describes the command line.</summary>
    /// <returns>The root command.</returns>
    public static RootCommand Create()
    {
        var databases = new Option<string[]>("--db")
        {
            HelpName = "NAME=URI",
            Description = "A database and where it lies: shop=sqlite:shop.db, or shop=postgres:Host=db1;Username=backup. Repeatable; the first is current.",
        };
        var directory = Directory("A directory of SQLite files (*.db), each a database. Default: the current "
            + "directory, unless --db is given.");
        var root = new Option<string>("--root")
        {
            HelpName = "DIR",
            Description = "The directory below which file:// and nodelocal:// may write. Default: the current one.",
        };
        var state = new Option<string>("--state")
        {
            HelpName = "PLACE",
            Description = "Where jobs, schedules and connections are kept: a file, postgres:Host=…;Database=… or "
                + "memory for nowhere. Default: .backupsql/state.db beside the databases.",
        };
        var keys = new Option<string>("--keys")
        {
            HelpName = "DIR",
            Description = "The directory of the key rings that local-kms:/// names. Default: that of --root.",
        };
        var user = new Option<string>("--user")
        {
            HelpName = "NAME",
            Description = "Whose session it is.",
            DefaultValueFactory = _ => "root",
        };
        user.Validators.Add(given => RequireName(given, "--user"));
        var admins = new Option<string[]>("--admin")
        {
            HelpName = "NAME",
            Description = "Turn rights on; this user or role is an administrator. Repeatable. Default: rights are off.",
        };
        admins.Validators.Add(given => RequireName(given, "--admin"));
        var ids = new Option<bool>("--ids")
        {
            Description = "SHOW BACKUPS lists all that can be restored, increments too, by ids that may stand for their paths.",
        };
        var commands = new Option<string[]>("-c", "--command")
        {
            HelpName = "SQL",
            Description = "Execute these statements and end. Repeatable.",
        };
        var files = new Option<string[]>("-f", "--file")
        {
            HelpName = "FILE",
            Description = "Execute the statements of a file and end. Repeatable; -c and -f run in the order given.",
        };
        var format = new Option<OutputFormat>("--format")
        {
            Description = "How rows are printed.",
            DefaultValueFactory = _ => OutputFormat.Table,
        };
        var command = new RootCommand("Backup and restore in SQL. Without -c or -f, it reads what is typed.")
        {
            databases, directory, root, state, keys, user, admins, ids, commands, files, format,
            Parse(), Demo(), Keys(),
        };
        command.SetAction((arguments, cancellationToken) => ShellCommand.RunAsync(
            new ShellArguments(
                arguments.GetValue(databases) ?? [],
                arguments.GetValue(directory),
                arguments.GetValue(root),
                arguments.GetValue(state),
                arguments.GetValue(keys),
                arguments.GetValue(user)!,
                arguments.GetValue(admins) ?? [],
                arguments.GetValue(ids),
                ScriptsInOrder(arguments, commands, files),
                arguments.GetValue(format)),
            cancellationToken));
        return command;
    }

    private static Command Parse()
    {
        var lines = new Option<bool>("--lines")
        {
            Description = "Print exactly one line per input line: canonical text, or ERROR with code, place, message.",
        };
        var mode = new Option<FormatMode>("--mode")
        {
            Description = "What is shown of locations and secrets.",
            DefaultValueFactory = _ => FormatMode.Redacted,
        };
        var file = new Argument<string?>("FILE")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The statements. Default: standard input.",
        };
        var command = new Command("parse", "Print statements in canonical form; nothing is executed.")
        {
            lines, mode, file,
        };
        command.SetAction((arguments, cancellationToken) => ParseCommand.RunAsync(
            new ParseArguments(arguments.GetValue(lines), arguments.GetValue(mode), arguments.GetValue(file)),
            cancellationToken));
        return command;
    }

    private static Command Demo()
    {
        var directory = Directory("Where to work; all of it stays there. Default: a temporary directory.");
        var command = new Command("demo", "Back up, break and restore a bank in SQLite; prove that no money is lost.")
        {
            directory,
        };
        command.SetAction((arguments, cancellationToken) =>
            DemoCommand.RunAsync(arguments.GetValue(directory), cancellationToken));
        return command;
    }

    private static void RequireName(OptionResult given, string option)
    {
        if (given.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            given.AddError($"{option} needs a name.");
    }

    private static Command Keys()
    {
        var file = new Argument<string>("FILE") { Description = "The key ring." };
        var id = new Argument<string>("ID") { Description = "The key's name." };
        var add = new Command("add", "Add a key; the file is made where there is none.") { file, id };
        add.SetAction(arguments => KeysCommand.Add(arguments.GetRequiredValue(file), arguments.GetRequiredValue(id)));
        var rotate = new Command("rotate", "Make a new version of a key; what older ones wrapped stays readable.")
        {
            file, id,
        };
        rotate.SetAction(arguments =>
            KeysCommand.Rotate(arguments.GetRequiredValue(file), arguments.GetRequiredValue(id)));
        var list = new Command("list", "Show which keys there are.") { file };
        list.SetAction(arguments => KeysCommand.List(arguments.GetRequiredValue(file)));
        return new Command("keys", "Make and show the keys of a key ring, for encryption without a key service.")
        {
            add, rotate, list,
        };
    }

    private static Option<string> Directory(string description) =>
        new("--dir") { HelpName = "DIR", Description = description };

    /// <summary>
    /// The arguments of -c and -f in the order in which they were given, which the values alone do not tell.
    /// </summary>
    private static List<ShellScript> ScriptsInOrder(ParseResult arguments, Option commands, Option files)
    {
        var scripts = new List<ShellScript>();
        Option? option = null;
        foreach (var token in arguments.Tokens)
        {
            if (token.Type == TokenType.Option)
                option = Named(commands, token.Value) ? commands : Named(files, token.Value) ? files : null;
            else if (option is not null)
                scripts.Add(new ShellScript(token.Value, IsFile: option == files));
        }

        return scripts;
    }

    private static bool Named(Option option, string name) => option.Name == name || option.Aliases.Contains(name);
}
