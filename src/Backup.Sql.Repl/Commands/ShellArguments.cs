using Backup.Sql.Repl.Output;

namespace Backup.Sql.Repl.Commands;

/// <summary>The arguments of the tool without a sub-command.</summary>
/// <param name="Databases">The arguments of <c>--db</c>.</param>
/// <param name="Directory">The argument of <c>--dir</c>.</param>
/// <param name="Root">The argument of <c>--root</c>.</param>
/// <param name="State">The argument of <c>--state</c>.</param>
/// <param name="Keys">The argument of <c>--keys</c>.</param>
/// <param name="User">The argument of <c>--user</c>.</param>
/// <param name="Admins">The arguments of <c>--admin</c>.</param>
/// <param name="ListsIds">The argument of <c>--ids</c>.</param>
/// <param name="Scripts">The arguments of <c>-c</c> and <c>-f</c>, in order; none to talk.</param>
/// <param name="Format">How rows are printed.</param>
internal sealed record ShellArguments(
    IReadOnlyList<string> Databases,
    string? Directory,
    string? Root,
    string? State,
    string? Keys,
    string User,
    IReadOnlyList<string> Admins,
    bool ListsIds,
    IReadOnlyList<ShellScript> Scripts,
    OutputFormat Format);
