using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Sessions.Expiry;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Expiry;

public sealed class ExpiryRulesTests
{
    private static readonly DateTimeOffset Now = new(2030, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_time_to_live_decides_instead_of_the_rule()
    {
        var over = Chain("over", Now.AddDays(-1)) with { Expires = Now };
        var alive = Chain("alive", Now.AddDays(-900)) with { Expires = Now.AddSeconds(1) };
        var verdicts = ExpiryRules.Judge(OlderThan(Now.AddDays(-30)), [over, alive], Now);
        Assert.Equal([true, false], verdicts.Select(verdict => verdict.IsDropped));
        Assert.StartsWith("its ttl ended at 2030-06-01", verdicts[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_forever_comes_before_all_else()
    {
        var chain = Chain("x", Now.AddDays(-900)) with { Expires = Now.AddDays(-1), KeepForever = true };
        Assert.False(Assert.Single(ExpiryRules.Judge(OlderThan(Now), [chain], Now)).IsDropped);
    }

    [Fact]
    public void A_chain_is_as_old_as_its_newest_layer()
    {
        var chain = Chain("x", Now.AddDays(-40), Now.AddDays(-20));
        Assert.False(Assert.Single(ExpiryRules.Judge(OlderThan(Now.AddDays(-30)), [chain], Now)).IsDropped);
        Assert.True(Assert.Single(ExpiryRules.Judge(OlderThan(Now.AddDays(-19)), [chain], Now)).IsDropped);
    }

    private static BoundDropBackups OlderThan(DateTimeOffset time) =>
        new("mem://x") { OlderThan = HlcTimestamp.FromDateTimeOffset(time) };

    private static SurveyedChain Chain(string directory, params DateTimeOffset[] ends)
    {
        var store = new MemoryObjectStoreProvider().OpenAsync(StoreUri.Parse("mem://x")).AsTask().GetAwaiter().GetResult();
        return new SurveyedChain
        {
            Directory = directory,
            Layers = [.. ends.Select((end, i) => new SurveyedLayer(store, null, $"{directory}-{i}", new ManifestEnvelope
            {
                LayerId = $"{directory}{i}",
                ChainId = $"{directory}0",
                Kind = i == 0 ? LayerKind.Full : LayerKind.Incremental,
                End = HlcTimestamp.FromDateTimeOffset(end),
                ClusterId = "cluster",
                BodyCodec = "none",
                BodySealing = "none",
                BodyLength = 0,
                BodyRawLength = 0,
                BodySha256 = "",
            }))],
        };
    }
}
