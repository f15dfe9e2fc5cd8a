namespace Backup.Sql.Parsing;

/// <summary>A piece of text that <see cref="TextScanner"/> found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="End">Where it ends, exclusive.</param>
internal readonly record struct Lexeme(LexemeKind Kind, int Start, int End);
