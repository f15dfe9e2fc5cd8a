namespace Backup.Sql.Diagnostics;

/// <summary>Where in the statement's text an error lies; the default is nowhere.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in UTF-16 units, from 1.</param>
/// <param name="Length">Length in UTF-16 units.</param>
internal readonly record struct TextPlace(int Line, int Column, int Length);
