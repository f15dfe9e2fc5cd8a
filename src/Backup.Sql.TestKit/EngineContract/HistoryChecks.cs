using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.Memory;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Time travel, changes, revision history, holds: what engines may have or not.</summary>
internal static class HistoryChecks
{
    private const string Database = CheckContext.Database;

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(The_past_reads_as_it_was_recorded), The_past_reads_as_it_was_recorded)
        {
            Ability = EngineCapabilities.TimeTravel,
            IsRefused = The_past_is_refused,
        },
        new(nameof(A_dropped_table_is_still_there_in_the_past), A_dropped_table_is_still_there_in_the_past)
        {
            Ability = EngineCapabilities.TimeTravel,
        },
        new(nameof(The_future_is_refused), The_future_is_refused) { Ability = EngineCapabilities.TimeTravel },
        new(nameof(Changes_lead_from_one_state_to_the_next), Changes_lead_from_one_state_to_the_next)
        {
            Ability = EngineCapabilities.ChangeExport,
            IsRefused = Changes_are_refused,
        },
        new(nameof(All_versions_give_every_state_in_between), All_versions_give_every_state_in_between)
        {
            Ability = EngineCapabilities.RevisionHistory,
            IsRefused = Versions_are_refused,
        },
        new(nameof(Changes_of_the_catalog_are_timed), Changes_of_the_catalog_are_timed)
        {
            Ability = EngineCapabilities.RevisionHistory,
        },
        new(nameof(A_hold_keeps_history_until_it_is_released), A_hold_keeps_history_until_it_is_released)
        {
            Ability = EngineCapabilities.RetentionHolds,
            IsRefused = Holds_are_not_claimed,
        },
    ];

    private static async Task The_past_reads_as_it_was_recorded(CheckContext context)
    {
        var states = await RecordAsync(context).ConfigureAwait(false);
        foreach (var state in states)
        {
            if (context.Fixture.PastNeedsKeys)
            {
                await CheckPastOfKeysAsync(context, state).ConfigureAwait(false);
                continue;
            }

            var seen = await context.ReadAsync(state.Time).ConfigureAwait(false);
            Expect.That(seen.Time == state.Time, $"A snapshot as of {state.Time} says that it is of {seen.Time}.");
            Expect.Equal(state, seen, $"The state as of {state.Time}");
        }
    }

    private static async Task CheckPastOfKeysAsync(CheckContext context, EngineContents state)
    {
        var snapshot = await context.SnapshotAsync(state.Time).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        Expect.That(
            snapshot.Timestamp == state.Time, $"A snapshot as of {state.Time} says that it is of {snapshot.Timestamp}.");
        var table = await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false);
        var seen = await EngineContents.ReadTableAsync(snapshot, table, context.Token).ConfigureAwait(false);
        CheckState(
            Apply(seen.Rows, []), state.Tables["public.accounts"].Rows, $"Table accounts as of {state.Time}");
        await ExpectUnknownAsync(context, snapshot, Samples.Notes).ConfigureAwait(false);
    }

    /// <summary>A table of which the past is not known says so, and is not read.</summary>
    private static async Task ExpectUnknownAsync(CheckContext context, IEngineSnapshot snapshot, SampleTable sample)
    {
        var table = await context.FindAsync(snapshot, sample).ConfigureAwait(false);
        Expect.That(table.KeepsNoHistory, $"The catalog of the past does not say that {table.Name} keeps no history.");
        await Expect.RefusedAsync(
            () => EngineContents.ReadTableAsync(snapshot, table, context.Token), SqlStates.TimeOutOfRange)
            .ConfigureAwait(false);
    }

    private static async Task A_dropped_table_is_still_there_in_the_past(CheckContext context)
    {
        await context.FillAsync(Database, 5, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        var before = await context.ReadAsync().ConfigureAwait(false);
        await context.Fixture.DropTableAsync(Database, Samples.Accounts, context.Token).ConfigureAwait(false);
        if (context.Fixture.PastNeedsKeys)
        {
            var snapshot = await context.SnapshotAsync(before.Time).ConfigureAwait(false);
            await using var past = snapshot.ConfigureAwait(false);
            await ExpectUnknownAsync(context, snapshot, Samples.Accounts).ConfigureAwait(false);
        }
        else
        {
            Expect.Equal(
                before, await context.ReadAsync(before.Time).ConfigureAwait(false),
                "The state before a table was dropped");
        }

        var catalog = await context.Engine.OpenCatalogAsync(before.Time, context.Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        var objects = await catalog.GetObjectsAsync(Database, context.Token).ConfigureAwait(false);
        Expect.That(
            objects.Any(o => o.Name == "accounts"), "The catalog of the past does not show a table dropped since.");
    }

    private static async Task The_future_is_refused(CheckContext context)
    {
        await context.FillAsync(Database, 1, Samples.Accounts).ConfigureAwait(false);
        var now = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
        var later = new HlcTimestamp(now.WallTime + 3_600_000_000_000);
        await Expect.RefusedAsync(() => context.SnapshotAsync(later), SqlStates.TimeOutOfRange).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => context.Engine.OpenCatalogAsync(later, context.Token).AsTask(),
            SqlStates.TimeOutOfRange).ConfigureAwait(false);
    }

    private static async Task The_past_is_refused(CheckContext context)
    {
        await context.FillAsync(Database, 1, Samples.Accounts).ConfigureAwait(false);
        var time = (await context.ReadAsync().ConfigureAwait(false)).Time;
        await context.ChangeAsync(Database, Samples.Insert(Samples.Accounts, 1)).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => context.SnapshotAsync(time), SqlStates.FeatureNotSupported).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => context.Engine.OpenCatalogAsync(time, context.Token).AsTask(),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
    }

    private static async Task Changes_lead_from_one_state_to_the_next(CheckContext context)
    {
        var states = await RecordAsync(context).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var end = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
        foreach (var table in (await snapshot.Catalog.GetObjectsAsync(Database, context.Token).ConfigureAwait(false))
            .OfType<TableDescriptor>())
        {
            var shape = await snapshot.DescribeAsync(Exports.SpaceOf(table), context.Token).ConfigureAwait(false);
            if (!shape.StableKeys)
                continue; // such a table is never exported by its changes
            var wanted = end.Tables[$"public.{table.Name}"].Rows;
            foreach (var start in states)
            {
                var changes = await ChangesAsync(context, snapshot, Exports.SpaceOf(table), start.Time)
                    .ConfigureAwait(false);
                var before = start.Tables[$"public.{table.Name}"].Rows;
                CheckWindow(changes, start.Time, snapshot.Timestamp);
                CheckState(Apply(before, changes), wanted, $"{table.Name} after the changes since {start.Time}");
                var untouched = changes.Count(change => change.Value is null
                    ? !before.ContainsKey(change.Key) && wanted.ContainsKey(change.Key)
                    : !wanted.ContainsKey(change.Key));
                Expect.That(untouched == 0, $"{table.Name}: {untouched} changes contradict the states at both ends.");
            }
        }
    }

    /// <summary>The changes of a table: in pieces, where the engine says how they are to be cut.</summary>
    private static async Task<List<CollectedRow>> ChangesAsync(
        CheckContext context, IEngineSnapshot snapshot, Space space, HlcTimestamp start)
    {
        var window = new ExportWindow { Start = start };
        if (snapshot is not IChangeCoverage coverage
            || await coverage.SplitChangesAsync(space, start, context.Token).ConfigureAwait(false) is not { } spans)
            return await Exports.AllAsync(snapshot, space, context.Token, window).ConfigureAwait(false);
        SnapshotChecks.CheckBounds(spans);
        var changes = new List<CollectedRow>();
        foreach (var span in spans)
        {
            changes.AddRange(
                await Exports.AllAsync(snapshot, space, context.Token, window, span).ConfigureAwait(false));
        }

        return changes;
    }

    private static void CheckWindow(IReadOnlyList<CollectedRow> changes, HlcTimestamp start, HlcTimestamp end)
    {
        foreach (var change in changes)
        {
            Expect.That(
                change.Timestamp.IsZero || (change.Timestamp > start && change.Timestamp <= end),
                $"A change of {change.Timestamp} does not lie in ({start}, {end}].");
        }
    }

    private static async Task Changes_are_refused(CheckContext context)
    {
        await context.FillAsync(Database, 1, Samples.Accounts).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false));
        var window = new ExportWindow { Start = new HlcTimestamp(snapshot.Timestamp.WallTime - 1000) };
        await Expect.RefusedAsync(
            () => Exports.AllAsync(snapshot, space, context.Token, window),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
    }

    private static async Task All_versions_give_every_state_in_between(CheckContext context)
    {
        var states = await RecordAsync(context).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var table = await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false);
        foreach (var start in states.Select(state => state.Time).Prepend(HlcTimestamp.Zero))
        {
            var window = new ExportWindow { Start = start, AllVersions = true };
            var versions = await Exports.AllAsync(
                snapshot, Exports.SpaceOf(table), context.Token, window).ConfigureAwait(false);
            CheckWindow(versions, start, snapshot.Timestamp);
            CheckNewestFirst(versions);
            var before = states.FirstOrDefault(state => state.Time == start)?.Tables["public.accounts"].Rows
                ?? new Dictionary<byte[], byte[]>(ByteArrayComparer.Instance);
            foreach (var state in states.Where(state => state.Time >= start))
            {
                var upTo = versions.Where(version => version.Timestamp <= state.Time)
                    .OrderBy(version => version.Timestamp);
                CheckState(
                    Apply(before, upTo),
                    state.Tables["public.accounts"].Rows,
                    $"The state of {state.Time} out of all versions");
            }
        }
    }

    private static void CheckNewestFirst(IReadOnlyList<CollectedRow> versions)
    {
        for (var i = 1; i < versions.Count; i++)
        {
            var order = versions[i - 1].Key.AsSpan().SequenceCompareTo(versions[i].Key);
            Expect.That(
                order != 0 || versions[i - 1].Timestamp > versions[i].Timestamp,
                "Versions of one key do not come newest first.");
        }
    }

    private static async Task Versions_are_refused(CheckContext context)
    {
        await context.FillAsync(Database, 1, Samples.Accounts).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false));
        var window = new ExportWindow { AllVersions = true };
        await Expect.RefusedAsync(
            () => Exports.AllAsync(snapshot, space, context.Token, window),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
    }

    private static async Task Changes_of_the_catalog_are_timed(CheckContext context)
    {
        var history = context.Engine as ICatalogHistory
            ?? throw new ConformanceException("An engine with revision history must implement ICatalogHistory.");
        await context.FillAsync(Database, 2, Samples.Accounts).ConfigureAwait(false);
        var before = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
        await context.ChangeAsync(Database, Samples.Insert(Samples.Accounts, 2)).ConfigureAwait(false);
        await context.Fixture.CreateTableAsync(Database, Samples.Notes, context.Token).ConfigureAwait(false);
        await context.Fixture.DropTableAsync(Database, Samples.Accounts, context.Token).ConfigureAwait(false);
        var after = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
        await context.Fixture.CreateDatabaseAsync("other", context.Token).ConfigureAwait(false);

        var times = await history.GetCatalogChangesAsync(Database, before, after, context.Token).ConfigureAwait(false);
        Expect.That(
            times.Count == 2, $"A table was made and one dropped, {times.Count} changes of the catalog are told.");
        Expect.That(
            times[0] > before && times[1] > times[0] && times[1] <= after, "The times of the changes do not ascend.");
        Expect.That(
            (await NamesAsync(context, times[0]).ConfigureAwait(false)).Contains("notes"), "The new table is missing.");
        Expect.That(
            !(await NamesAsync(context, times[1]).ConfigureAwait(false)).Contains("accounts"),
            "The old table is there.");
        var start = await history.GetHistoryStartAsync(Database, context.Token).ConfigureAwait(false);
        Expect.That(start <= before, "History starts after a time that can be read.");
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(CheckContext context, HlcTimestamp time)
    {
        var catalog = await context.Engine.OpenCatalogAsync(time, context.Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        return [.. (await catalog.GetObjectsAsync(Database, context.Token).ConfigureAwait(false)).Select(o => o.Name)];
    }

    private static async Task A_hold_keeps_history_until_it_is_released(CheckContext context)
    {
        var holds = context.Engine as IRetentionHolds
            ?? throw new ConformanceException("An engine with retention holds must implement IRetentionHolds.");
        await context.FillAsync(Database, 10, Samples.Accounts).ConfigureAwait(false);
        var held = (await context.ReadAsync().ConfigureAwait(false)).Time;
        await holds.HoldAsync("layer", held, context.Token).ConfigureAwait(false);
        await context.ChangeAsync(
            Database,
            Samples.Update(Samples.Accounts, 1, 7),
            Samples.Delete(Samples.Accounts, 2)).ConfigureAwait(false);
        await context.Fixture.ForgetHistoryAsync(context.Token).ConfigureAwait(false);

        await ReadSinceAsync(context, held).ConfigureAwait(false);
        var moved = (await context.ReadAsync().ConfigureAwait(false)).Time;
        await holds.HoldAsync("layer", moved, context.Token).ConfigureAwait(false);
        await context.ChangeAsync(Database, Samples.Delete(Samples.Accounts, 3)).ConfigureAwait(false);
        await context.Fixture.ForgetHistoryAsync(context.Token).ConfigureAwait(false);
        await ReadSinceAsync(context, moved).ConfigureAwait(false);
        await Expect.RefusedAsync(() => ReadSinceAsync(context, held), SqlStates.TimeOutOfRange).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => holds.HoldAsync("late", held, context.Token).AsTask(),
            SqlStates.TimeOutOfRange).ConfigureAwait(false);

        await holds.ReleaseAsync("layer", context.Token).ConfigureAwait(false);
        await holds.ReleaseAsync("layer", context.Token).ConfigureAwait(false);
        await context.Fixture.ForgetHistoryAsync(context.Token).ConfigureAwait(false);
        await Expect.RefusedAsync(() => ReadSinceAsync(context, moved), SqlStates.TimeOutOfRange).ConfigureAwait(false);
    }

    /// <summary>Reads what a layer that starts at a time needs: its state, or the changes since.</summary>
    private static async Task ReadSinceAsync(CheckContext context, HlcTimestamp start)
    {
        if (context.Abilities.HasFlag(EngineCapabilities.TimeTravel))
            await context.ReadAsync(start).ConfigureAwait(false);
        if (!context.Abilities.HasFlag(EngineCapabilities.ChangeExport))
            return;
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false));
        var changes = await Exports.AllAsync(
            snapshot, space, context.Token, new ExportWindow { Start = start }).ConfigureAwait(false);
        Expect.That(changes.Any(change => change.Value is null), "The changes since the hold lack a deletion.");
    }

    private static async Task Holds_are_not_claimed(CheckContext context)
    {
        if (context.Engine is not IRetentionHolds holds)
            return;
        var now = await context.Engine.GetCurrentTimeAsync(context.Token).ConfigureAwait(false);
        await Expect.RefusedAsync(
            () => holds.HoldAsync("layer", now, context.Token).AsTask(),
            SqlStates.FeatureNotSupported).ConfigureAwait(false);
    }

    /// <summary>
    /// Changes two tables step by step, the same way in every run, and records the state after each step.
    /// </summary>
    private static async Task<List<EngineContents>> RecordAsync(CheckContext context)
    {
        await context.FillAsync(Database, 40, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        var random = new SeededRandomSource(42);
        var present = Enumerable.Range(0, 40).ToList();
        var states = new List<EngineContents>();
        for (var step = 0; step < 8; step++)
        {
            states.Add(await context.ReadAsync().ConfigureAwait(false));
            var changes = new List<SampleChange>
            {
                Samples.Insert(Samples.Accounts, 100 + step),
                Samples.Insert(Samples.Notes, step),
            };
            for (var i = 0; i < 3; i++)
            {
                var gone = present[random.Next(present.Count)];
                present.Remove(gone);
                changes.Add(Samples.Delete(Samples.Accounts, gone));
                changes.Add(Samples.Update(Samples.Accounts, present[random.Next(present.Count)], 10 * step + i));
                if (step % 2 == 1)
                {
                    changes.Add(Samples.Insert(Samples.Accounts, gone, 1000 + step));
                    present.Add(gone);
                }
            }

            await context.ChangeAsync(Database, [.. changes]).ConfigureAwait(false);
        }

        states.Add(await context.ReadAsync().ConfigureAwait(false));
        return states;
    }

    private static Dictionary<byte[], byte[]> Apply(
        IReadOnlyDictionary<byte[], byte[]> before, IEnumerable<CollectedRow> changes)
    {
        var state = new Dictionary<byte[], byte[]>(before, ByteArrayComparer.Instance);
        foreach (var change in changes)
        {
            if (change.Value is null)
                state.Remove(change.Key);
            else
                state[change.Key] = change.Value;
        }

        return state;
    }

    private static void CheckState(
        Dictionary<byte[], byte[]> state, IReadOnlyDictionary<byte[], byte[]> wanted, string what)
    {
        Expect.That(state.Count == wanted.Count, $"{what}: {wanted.Count} rows expected, {state.Count} came.");
        foreach (var (key, value) in wanted)
        {
            Expect.That(
                state.TryGetValue(key, out var found) && found.AsSpan().SequenceEqual(value),
                $"{what}: row {Convert.ToHexString(key)} differs.");
        }
    }
}
