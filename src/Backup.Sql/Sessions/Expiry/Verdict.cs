using Backup.Sql.Collections;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>What becomes of a chain, and why.</summary>
internal sealed record Verdict(string Path, DateTimeOffset? End, bool IsDropped, string Reason)
{
    public static Verdict Of(SurveyedChain chain, bool isDropped, string reason) =>
        new(chain.Directory, chain.End?.ToDateTimeOffset(), isDropped, reason);
}
