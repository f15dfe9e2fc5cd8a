namespace Backup.Sql.Scenarios.Simulation.Corruption;

/// <summary>
/// Every object of a chain is damaged in every way: bits flipped, cut off, replaced by another of its type, deleted.
/// VALIDATE must name it, and a restore must refuse before anybody sees anything of it. What no restore reads must do no
/// harm. All of it is counted: what is found must equal what was done.
/// </summary>
internal static class CorruptionSweep
{
    /// <summary>Damages every object that a restore reads, or a proof.</summary>
    /// <returns>The figures.</returns>
    public static async Task<string> SweepAsync(SweepCase sweep, int seed)
    {
        await using var swept = await SweptCollection.MakeAsync(sweep, seed);
        Assert.Empty(await swept.ValidateAsync());
        var damages = DamagesOf(swept, seed);
        // As long as the databases are there: nothing is added to what is known to be incomplete.
        var refused = 0;
        foreach (var (target, damage) in damages.Where(pair => IsKnownToAnIncrement(pair.Target, pair.Damage, swept))
            .GroupBy(pair => pair.Target).SelectMany(all => all.Take(1).Concat(all.TakeLast(2))).Distinct())
        {
            await swept.ApplyAsync(damage);
            await CheckAsync(target, damage, async () =>
            {
                Assert.NotNull(await swept.TryIncrementAsync());
                refused++;
            });
            await swept.ApplyAsync(damage, undo: true);
        }

        swept.DropSources();
        Assert.Null(await swept.RestoreAsync());
        var (found, restores) = (0, 0);
        foreach (var (target, damage) in damages)
        {
            await swept.ApplyAsync(damage);
            await CheckAsync(target, damage, async () =>
            {
                var named = await swept.ValidateAsync();
                Assert.Contains(target.Name, named);
                found++;
                var code = await swept.RestoreAsync();
                Assert.True(code is not null || target.Kind == ObjectKind.Digest || damage.IsBeyond, "It was restored.");
                restores += code is null ? 0 : 1;
            });
            await swept.ApplyAsync(damage, undo: true);
        }

        Assert.Empty(await swept.ValidateAsync());
        Assert.Null(await swept.RestoreAsync());
        Assert.Equal(damages.Count, found);
        var objects = damages.Select(pair => pair.Target).Distinct().Count();
        return Tell(
            sweep.ToString(),
            $"{objects} objects, {damages.Count} damages, {found} detected, {restores} restores refused, "
            + $"{found - restores} exact, {refused} increments refused, seed {seed}");
    }

    /// <summary>Damages what a restore does without.</summary>
    /// <returns>The figures.</returns>
    public static async Task<string> SweepRemainsAsync(SweepCase sweep, int seed)
    {
        await using var swept = await SweptCollection.MakeAsync(sweep, seed);
        await swept.AddRemainsAsync();
        swept.DropSources();
        Assert.Null(await swept.RestoreAsync());
        var damages = DamagesOf(swept, seed, ObjectKind.Hint);
        // The engine in memory is done before anything is noted of it.
        Assert.Equal(
            Enum.GetValues<ObjectKind>()
                .Where(kind => kind >= ObjectKind.Hint && (kind != ObjectKind.Checkpoint || sweep.Engine == "sqlite")),
            damages.Select(pair => pair.Target.Kind).Distinct().Order());
        var (expiries, refused) = (0, 0);
        foreach (var (target, damage) in damages)
        {
            await swept.ApplyAsync(damage);
            await CheckAsync(target, damage, async () =>
            {
                // What may be left of a manifest is not passed over: it is named.
                var code = await swept.RestoreAsync();
                Assert.True(code is null || target.Kind == ObjectKind.Void, code);
                Assert.Equal(code, await swept.RestoreAsync("LATEST"));
                refused += code is null ? 0 : 1;
                if (code is not null)
                    Assert.Contains(target.Name, await swept.ValidateAsync());
                if (target.Kind == ObjectKind.Note)
                {
                    Assert.True(await swept.IsKeptAsync());
                    expiries++;
                }
            });
            await swept.ApplyAsync(damage, undo: true);
        }

        var objects = damages.Select(pair => pair.Target).Distinct().Count();
        return Tell(
            $"remains beside {sweep}",
            $"{objects} objects, {damages.Count} damages, {damages.Count - refused} without effect on restores, "
            + $"{refused} refused and named, {expiries} of notes without wrong expiry, seed {seed}");
    }

    /// <summary>Leaves the figures where <c>.ci/run</c> collects them.</summary>
    private static string Tell(string what, string figures)
    {
        var line = $"corruption sweep: {what}: {figures}";
        if (Environment.GetEnvironmentVariable("BACKUPSQL_FAULT_COUNTS") is { Length: > 0 } directory)
            File.WriteAllText(Path.Combine(directory, $"sweep {what}.txt"), line + "\n");
        return line;
    }

    private static List<(StoredObject Target, Damage Damage)> DamagesOf(
        SweptCollection swept, int seed, ObjectKind from = ObjectKind.Manifest)
    {
        var random = new Random(seed);
        return [.. swept.Objects.Keys.Where(target => target.Kind >= from && (from > 0 || target.Chain == swept.Path)).ToList()
            .SelectMany(target => Damage.Of(target, swept.Objects, random).Select(damage => (target, damage)))];
    }

    // Sizes are looked at, bytes are not: that is what VALIDATE is for. That the newest layer is gone the chain cannot tell.
    private static bool IsKnownToAnIncrement(StoredObject target, Damage damage, SweptCollection swept) =>
        damage.Changes.All(change => target.Kind switch
        {
            ObjectKind.Manifest => change.Value is not null || target.Layer < 3,
            _ => change.Value?.Length != swept.Objects[change.Key].Length,
        });

    private static async Task CheckAsync(StoredObject target, Damage damage, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{target.Kind} {target.Name} {damage.Text}: {failure.Message}", failure);
        }
    }
}
