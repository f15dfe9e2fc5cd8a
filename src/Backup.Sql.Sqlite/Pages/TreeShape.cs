namespace Backup.Sql.Sqlite.Pages;

/// <summary>What the interior pages of a b-tree tell of it.</summary>
/// <param name="Leaves">How many leaf pages it has.</param>
/// <param name="RowsPerLeaf">Rows per leaf page, on the average of a few.</param>
/// <param name="Bounds">
/// Of a rowid table: rowids that cut it into parts of about as many leaves as were asked for; each is the last of its
/// part.
/// </param>
internal sealed record TreeShape(long Leaves, double RowsPerLeaf, IReadOnlyList<long> Bounds);
