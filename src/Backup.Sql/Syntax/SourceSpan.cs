namespace Backup.Sql.Syntax;

/// <summary>A piece of the source text.</summary>
/// <param name="Start">Offset in UTF-16 units from the start of the text.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Line">Line of <paramref name="Start"/>, from 1; 0 for a node that was not parsed.</param>
/// <param name="Column">
/// Column of <paramref name="Start"/> in UTF-16 units, from 1; 0 for a node that was not parsed.
/// </param>
public readonly record struct SourceSpan(int Start, int Length, int Line, int Column);
