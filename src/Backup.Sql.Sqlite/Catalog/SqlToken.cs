namespace Backup.Sql.Sqlite.Catalog;

/// <summary>A token of a statement.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Start">Where it starts in the text.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    public bool CanBeName => Kind != SqlTokenKind.Other;
}
