namespace Backup.Sql.Diagnostics;

/// <summary>
/// Makes every error of the library: one method per condition, one file per room. Messages say what is wrong, in lower
/// case and without a full stop; hints say what to do, as a sentence.
/// </summary>
internal static partial class Errors
{
}
