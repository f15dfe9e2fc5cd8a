using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Expiry;

/// <summary>
/// Applies the rule of a DROP BACKUPS to the chains of a collection; nothing is read or deleted here.
/// </summary>
internal static class ExpiryRules
{
    /// <summary>Judges every chain.</summary>
    /// <param name="drop">The statement.</param>
    /// <param name="chains">The chains.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyList<Verdict> Judge(
        BoundDropBackups drop, IReadOnlyList<SurveyedChain> chains, DateTimeOffset now)
    {
        var rotation = drop.OlderThan is null ? Rotate(drop.Keep, chains) : null;
        return
        [
            .. chains.Select(chain =>
                Exemption(chain, now) ?? (rotation is null ? ByAge(drop, chain) : ByRotation(rotation, chain))),
        ];
    }

    // A time to live was given to this very backup: it decides instead of the rule for all.
    private static Verdict? Exemption(SurveyedChain chain, DateTimeOffset now)
    {
        if (chain.KeepForever)
            return Verdict.Of(chain, false, $"label {LayerNote.KeepForeverLabel}");
        if (chain.Expires is { } expires)
        {
            return expires <= now
                ? Verdict.Of(chain, true, $"its ttl ended at {Show(expires)}")
                : Verdict.Of(chain, false, $"its ttl ends at {Show(expires)}");
        }

        return chain.IsDamaged
            ? Verdict.Of(chain, false, "a manifest is damaged: DROP BACKUP by its path, or bring the manifest back")
            : null;
    }

    private static Verdict ByAge(BoundDropBackups drop, SurveyedChain chain)
    {
        var limit = Show(drop.OlderThan!.Value.ToDateTimeOffset());
        return chain.End < drop.OlderThan
            ? Verdict.Of(chain, true, $"older than {limit}")
            : Verdict.Of(chain, false, $"not older than {limit}");
    }

    private static Verdict ByRotation(
        Dictionary<SurveyedChain, SortedSet<RetentionCycle>> kept, SurveyedChain chain) =>
        kept.TryGetValue(chain, out var cycles)
            ? Verdict.Of(chain, false, string.Join(", ", cycles.Select(cycle => cycle.ToString().ToLowerInvariant())))
            : Verdict.Of(chain, true, "no rule keeps it");

    /// <summary>
    /// Cycles keep backups, full and incremental alike, and with them their chains; LAST counts chains.
    /// </summary>
    private static Dictionary<SurveyedChain, SortedSet<RetentionCycle>> Rotate(
        IReadOnlyList<RetentionRule> rules, IReadOnlyList<SurveyedChain> chains)
    {
        var kept = new Dictionary<SurveyedChain, SortedSet<RetentionCycle>>();
        var readable = chains.Where(chain => !chain.IsDamaged).ToList();
        var layers = readable
            .SelectMany(chain => chain.Layers.Select(layer => (Chain: chain, layer.Envelope!.End))).ToList();
        Note(Rotation.Keep(
            readable, chain => chain.End!.Value.ToDateTimeOffset(),
            [.. rules.Where(rule => rule.Cycle == RetentionCycle.Last)]), chain => chain);
        Note(Rotation.Keep(
            layers, layer => layer.End.ToDateTimeOffset(),
            [.. rules.Where(rule => rule.Cycle != RetentionCycle.Last)]), layer => layer.Chain);
        return kept;

        void Note<T>(IReadOnlyDictionary<T, IReadOnlyList<RetentionCycle>> members, Func<T, SurveyedChain> chainOf)
        {
            foreach (var (member, cycles) in members)
            {
                var chain = chainOf(member);
                if (!kept.TryGetValue(chain, out var all))
                    kept.Add(chain, all = []);
                all.UnionWith(cycles);
            }
        }
    }

    private static string Show(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
