namespace Backup.Sql.Diagnostics;

/// <summary>The place in a statement's text that an error is about.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in UTF-16 units, from 1.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Excerpt">The source line, secrets masked, and below it a line with a caret.</param>
internal readonly record struct SourcePlace(int Line, int Column, int Length, string Excerpt);
