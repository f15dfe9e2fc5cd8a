using Backup.Sql.State;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.StateContract;

internal static class CommitChecks
{
    private static readonly byte[] New = StateArea.Bytes("new");

    public static async Task A_change_of_another_version_changes_nothing(StateArea area)
    {
        await area.CommitAsync(new StateChange("job", "1", 0, StateArea.Bytes("first"))).ConfigureAwait(false);
        await area.CommitAsync(new StateChange("job", "1", 1, StateArea.Bytes("second"))).ConfigureAwait(false);
        foreach (var version in new long[] { 0, 1, 3, -1, long.MaxValue })
        {
            await area.RefusedAsync(new StateChange("job", "1", version, New)).ConfigureAwait(false);
            await area.RefusedAsync(new StateChange("job", "1", version, null)).ConfigureAwait(false);
        }

        await area.RefusedAsync(new StateChange("job", "2", 1, New)).ConfigureAwait(false);
        await area.RefusedAsync(new StateChange("job", "2", 1, null)).ConfigureAwait(false);
        await area.ExpectAsync("job", "1", 2, "second").ConfigureAwait(false);
        await area.ExpectAbsentAsync("job", "2").ConfigureAwait(false);
    }

    public static async Task Absence_can_be_expected(StateArea area)
    {
        await area.CommitAsync(
            new StateChange("lease", "1", 0, null), new StateChange("job", "1", 0, New)).ConfigureAwait(false);
        await area.ExpectAsync("job", "1", 1, "new").ConfigureAwait(false);
        await area.RefusedAsync(
            new StateChange("job", "1", 0, null), new StateChange("job", "2", 0, New)).ConfigureAwait(false);
        await area.ExpectAbsentAsync("job", "2").ConfigureAwait(false);
    }

    public static async Task Several_changes_happen_together_or_not_at_all(StateArea area)
    {
        StateChange[] first =
        [
            new("job", "1", 0, StateArea.Bytes("one")), new("job", "2", 0, StateArea.Bytes("two")),
            new("lease", "1", 0, StateArea.Bytes("mine")),
        ];
        await area.CommitAsync(first).ConfigureAwait(false);
        StateChange[] second = [new("job", "1", 1, New), new("job", "2", 1, null), new("grant", "g", 0, New)];
        foreach (var stale in new StateChange[] { new("lease", "1", 2, New), new("lease", "2", 1, null) })
        {
            // Wherever the one stands that does not fit.
            for (var place = 0; place <= second.Length; place++)
            {
                await area.RefusedAsync([.. second[..place], stale, .. second[place..]]).ConfigureAwait(false);
                await area.ExpectAsync("lease", "1", 1, "mine").ConfigureAwait(false);
            }
        }

        await area.CommitAsync([.. second, new StateChange("lease", "1", 1, null)]).ConfigureAwait(false);
        await area.ExpectAsync("job", "1", 2, "new").ConfigureAwait(false);
        await area.ExpectAbsentAsync("job", "2").ConfigureAwait(false);
        await area.ExpectAsync("grant", "g", 1, "new").ConfigureAwait(false);
        await area.ExpectAbsentAsync("lease", "1").ConfigureAwait(false);
        await area.CommitAsync().ConfigureAwait(false);
    }

    public static async Task A_cancelled_call_changes_nothing(StateArea area)
    {
        var cancelled = new CancellationToken(canceled: true);
        await Expect.IsCancelledAsync(
            "commit",
            async () => await area.Store.TryCommitAsync([new("job", "1", 0, New)], cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "get", async () => await area.Store.GetAsync("job", "1", cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await Expect.IsCancelledAsync(
            "list", async () => await area.Store.ListAsync("job", cancelled).ConfigureAwait(false))
            .ConfigureAwait(false);
        await area.ExpectAbsentAsync("job", "1").ConfigureAwait(false);
    }

    public static async Task A_call_cancelled_at_any_moment_changes_everything_or_nothing(StateArea area)
    {
        for (var round = 0; round < 30; round++)
        {
            using var source = new CancellationTokenSource();
            var key = $"{round}";
            var call = area.Store.TryCommitAsync([new("a", key, 0, New), new("b", key, 0, New)], source.Token).AsTask();
            for (var spin = area.Random.Next(2000); spin > 0; spin--)
                Thread.SpinWait(1);
            await source.CancelAsync().ConfigureAwait(false);
            var committed = false;
            try
            {
                committed = await call.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It may have come too late.
            }

            var a = await area.Other.GetAsync("a", key, area.Cancellation).ConfigureAwait(false);
            var b = await area.Other.GetAsync("b", key, area.Cancellation).ConfigureAwait(false);
            Expect.Equal(a is null, b is null, "one of two entries that were committed together is missing");
            Expect.That(a is not null || !committed, "a commit that was acknowledged must be there");
        }
    }

    public static async Task Random_changes_agree_with_a_model(StateArea area)
    {
        var model = new Dictionary<(string Kind, string Key), (long Version, string Value)>();
        for (var step = 0; step < 300; step++)
        {
            var changes = Enumerable.Range(0, 1 + area.Random.Next(3))
                .Select(_ => RandomChange(area, model, step))
                .DistinctBy(change => (change.Kind, change.Key)).ToList();
            var fits = changes.All(c => model.GetValueOrDefault((c.Kind, c.Key)).Version == c.ExpectedVersion);
            var store = area.Random.Next(2) == 0 ? area.Store : area.Other;
            Expect.Equal(
                fits, await store.TryCommitAsync(changes, area.Cancellation).ConfigureAwait(false),
                    "outcome of a commit");
            foreach (var change in fits ? changes : [])
            {
                if (change.Value is null)
                    model.Remove((change.Kind, change.Key));
                else
                    model[(change.Kind, change.Key)] = (change.ExpectedVersion + 1, $"step {step}");
            }
        }

        foreach (var kind in new[] { "0", "1" })
        {
            var listed = await area.Other.ListAsync(kind, area.Cancellation).ConfigureAwait(false);
            Expect.Sequence(
                [.. model.Where(pair => pair.Key.Kind == kind).OrderBy(pair => pair.Key.Key, StringComparer.Ordinal)
                    .Select(pair => $"{kind}/{pair.Key.Key} version {pair.Value.Version}: {pair.Value.Value}")],
                [.. listed.Select(StateArea.Text)],
                "entries after random changes");
        }
    }

    private static StateChange RandomChange(
        StateArea area, Dictionary<(string Kind, string Key), (long Version, string Value)> model, int step)
    {
        var (kind, key) = ($"{area.Random.Next(2)}", $"{area.Random.Next(6)}");
        var version = model.GetValueOrDefault((kind, key)).Version;
        if (area.Random.Next(5) == 0)
            version = area.Random.Next(4);
        ReadOnlyMemory<byte>? value = null;
        if (area.Random.Next(4) != 0)
            value = StateArea.Bytes($"step {step}");
        return new StateChange(kind, key, version, value);
    }
}
