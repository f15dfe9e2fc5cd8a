namespace Backup.Sql.Parsing;

/// <summary>Where the first statement of a text stands.</summary>
/// <param name="Start">Offset of its first character, blanks and comments before it left out.</param>
/// <param name="Length">Its length, the semicolon left out; 0 when the text holds no statement.</param>
/// <param name="Next">Offset where the rest of the text starts, after the semicolon.</param>
/// <param name="IsComplete">True when a semicolon ends the statement.</param>
public readonly record struct StatementSlice(int Start, int Length, int Next, bool IsComplete);
