using Backup.Sql.Syntax;

namespace Backup.Sql.Repl.Commands;

/// <summary>The arguments of <c>parse</c>.</summary>
/// <param name="ByLine">One output line per input line.</param>
/// <param name="Mode">What is shown of secrets.</param>
/// <param name="File">The file; null for standard input.</param>
internal sealed record ParseArguments(bool ByLine, FormatMode Mode, string? File);
