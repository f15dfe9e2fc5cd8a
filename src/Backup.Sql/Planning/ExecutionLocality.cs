using Backup.Sql.Diagnostics;

namespace Backup.Sql.Planning;

/// <summary>Where a statement may run: EXECUTION LOCALITY names tiers that the node must have, all of them.</summary>
internal static class ExecutionLocality
{
    public static void Require(string? wanted, string? host)
    {
        if (wanted is null)
            return;
        var has = (host ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (wanted.Split(',', StringSplitOptions.TrimEntries).Except(has, StringComparer.Ordinal).Any())
            throw Errors.NoNodeInLocality(wanted, host);
    }
}
