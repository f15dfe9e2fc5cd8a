using System.Text;
using Backup.Sql.TestKit.Faults;

namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>
/// A drop: what is kept restores exactly, whatever is listed restores, and the next drop finishes what was begun, so
/// that nothing of the dropped is left and nothing of the kept is missing.
/// </summary>
internal sealed class DropCase(FaultWorld world, DropChoice choice) : FaultCase(world)
{
    private readonly Dictionary<string, string[]> _layers = [];
    private IReadOnlyList<string> _all = [];

    private IReadOnlyList<string> Dropped => choice switch
    {
        DropChoice.ByName => [_all[0]],
        DropChoice.Latest => [_all[^1]],
        _ => [.. _all.SkipLast(1)],
    };

    private IReadOnlyList<string> Kept => [.. _all.Except(Dropped)];

    public override async Task PrepareAsync()
    {
        Create();
        for (var chain = 0; chain < (choice == DropChoice.ByRule ? 3 : 2); chain++)
        {
            Change();
            await Bench.RunAsync(Full);
            Change();
            await Bench.RunAsync(Increment);
            _layers[(await ListChainsAsync())[^1]] = [States[^2], States[^1]];
            Bench.Advance(TimeSpan.FromSeconds(1));
        }

        _all = await ListChainsAsync();
    }

    public override Task ActAsync() => Bench.RunAsync(choice switch
    {
        DropChoice.ByName => $"DROP BACKUP '{_all[0]}' IN '{Collection}'",
        DropChoice.Latest => $"DROP BACKUP LATEST IN '{Collection}'",
        _ => $"DROP BACKUPS IN '{Collection}' KEEP (LAST = 1)",
    });

    public override async Task CheckAsync(bool done, FaultKind kind)
    {
        await CheckListedAsync();

        // A store that denies what it holds makes a manifest look damaged, and that is kept.
        if (done && kind is not (FaultKind.NotFound or FaultKind.ShortRead))
            Assert.Equal(Kept, await ListChainsAsync());
        await FinishAsync();
        await CheckGoneAsync(hints: kind != FaultKind.NotFound);
        Change();
        await Bench.RunAsync(Increment);
        await CheckRestoresAsync(null, null, States[^1]);
    }

    /// <summary>Whatever is listed restores exactly, and what is to be kept is listed.</summary>
    private async Task CheckListedAsync()
    {
        var listed = await ListChainsAsync();
        Assert.Empty(Kept.Except(listed));
        foreach (var chain in listed)
        {
            var ends = await ListEndsAsync(chain);
            Assert.Equal(2, ends.Count);
            for (var i = World.IsSlow ? 1 : 0; i < ends.Count; i++)
                await CheckRestoresAsync(chain, ends[i], _layers[chain][i]);
        }
    }

    /// <summary>The next drop, of whatever kind, finishes what was begun; what was not begun is dropped now.</summary>
    private async Task FinishAsync()
    {
        await Bench.RunAsync($"DROP BACKUPS IN '{Collection}' OLDER THAN '2001-01-01'");
        foreach (var chain in Dropped)
            await Bench.RunAsync($"DROP BACKUP IF EXISTS '{chain}' IN '{Collection}'");
    }

    /// <summary>Nothing of the dropped is left, all of the kept is there, and nobody needs anything else.</summary>
    private async Task CheckGoneAsync(bool hints)
    {
        Assert.Equal(Kept, await ListChainsAsync());
        var names = await Bench.Stores.ListAsync("depot");
        Assert.All(Dropped, chain => Assert.DoesNotContain(names, name => name.Contains(chain, StringComparison.Ordinal)));
        Assert.DoesNotContain(names, name => name.StartsWith("metadata/dropped/", StringComparison.Ordinal));
        foreach (var hint in names.Where(name => hints && name.StartsWith("metadata/latest/", StringComparison.Ordinal)))
            Assert.Contains(Encoding.UTF8.GetString(await Bench.Stores.ReadAsync("depot", hint)), Kept);
        foreach (var chain in Kept)
        {
            var answer = await Bench.RunAsync($"SHOW BACKUP VALIDATE FROM '{chain}' IN '{Collection}'{With()}");
            Assert.Equal("No problems found!", answer.Value<string>("validation_status"));
        }
    }
}
