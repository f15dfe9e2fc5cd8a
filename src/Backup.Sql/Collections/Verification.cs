namespace Backup.Sql.Collections;
internal static class Verification
{
    internal sealed record Finding(string Status, string Path, string Detail);
    public static async IAsyncEnumerable<Finding> CheckFilesAsync(Chain c, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken t) { await Task.Yield(); _ = c; _ = t; yield break; }
    public static async IAsyncEnumerable<Finding> ValidateAsync(Collection c, string s, double p, Backup.Sql.Diagnostics.IRandomSource r, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken t) { await Task.Yield(); _ = (c, s, p, r, t); yield break; }
}
