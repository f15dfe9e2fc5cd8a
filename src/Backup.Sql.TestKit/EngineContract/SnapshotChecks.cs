using System.Globalization;
using Backup.Sql.Engines;
using Backup.Sql.Rows;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>Snapshots and exports of what is there.</summary>
internal static class SnapshotChecks
{
    private const string Database = CheckContext.Database;

    public static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        new(nameof(A_snapshot_stands_still_while_writers_work), A_snapshot_stands_still_while_writers_work),
        new(nameof(A_snapshot_keeps_a_table_that_is_dropped), A_snapshot_keeps_a_table_that_is_dropped),
        new(nameof(One_snapshot_sees_all_databases_at_one_point), One_snapshot_sees_all_databases_at_one_point),
        new(nameof(Spans_cover_every_key_once), Spans_cover_every_key_once),
        new(nameof(Any_range_of_keys_can_be_exported), Any_range_of_keys_can_be_exported),
        new(nameof(Concurrent_exports_equal_a_serial_one), Concurrent_exports_equal_a_serial_one),
        new(nameof(Every_value_comes_out_as_it_went_in), Every_value_comes_out_as_it_went_in),
        new(nameof(Empty_tables_are_exported), Empty_tables_are_exported),
        new(nameof(A_cancelled_export_ends), A_cancelled_export_ends),
        new(nameof(Single_partitions_are_exported), Single_partitions_are_exported)
        {
            Ability = EngineCapabilities.Partitions,
            IsRefused = Partitions_are_refused,
        },
    ];

    private static async Task A_snapshot_stands_still_while_writers_work(CheckContext context)
    {
        await context.FillAsync(Database, 200, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        var before = await context.ReadAsync().ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var writer = Task.Run(() => WriteAsync(context), context.Token);
        for (var i = 0; i < 3; i++)
        {
            var seen = await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false);
            Expect.Equal(before, seen, "A snapshot under which others write");
        }

        await writer.ConfigureAwait(false);
        Expect.Equal(
            before,
            await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false),
            "A snapshot after others have written");
        var after = await context.ReadAsync().ConfigureAwait(false);
        Expect.That(before.FindRowDifference(after) is not null, "A new snapshot does not show what was written.");
    }

    private static async Task WriteAsync(CheckContext context)
    {
        for (var i = 0; i < 30; i++)
        {
            await context.ChangeAsync(
                Database,
                Samples.Insert(Samples.Accounts, 1000 + i),
                Samples.Update(Samples.Accounts, 2 * i, i + 1),
                Samples.Delete(Samples.Accounts, 2 * i + 1),
                Samples.Insert(Samples.Notes, i)).ConfigureAwait(false);
        }
    }

    private static async Task A_snapshot_keeps_a_table_that_is_dropped(CheckContext context)
    {
        await context.FillAsync(Database, 20, Samples.Accounts).ConfigureAwait(false);
        var before = await context.ReadAsync().ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            var isDropped = await TryDropAsync(context).ConfigureAwait(false);
            Expect.That(
                isDropped != context.Fixture.DropsWaitForSnapshots,
                isDropped
                    ? "The table was dropped although the fixture says that this waits for snapshots."
                    : "The table could not be dropped although the fixture says that this does not wait for snapshots.");
            Expect.Equal(
                before,
                await EngineContents.ReadAsync(snapshot, Database, context.Token).ConfigureAwait(false),
                "A snapshot whose table was dropped, or nearly");
        }

        if (context.Fixture.DropsWaitForSnapshots)
            await context.Fixture.DropTableAsync(Database, Samples.Accounts, context.Token).ConfigureAwait(false);
    }

    private static async Task<bool> TryDropAsync(CheckContext context)
    {
        try
        {
            await context.Fixture.DropTableAsync(Database, Samples.Accounts, context.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception refusal) when (context.Fixture.DropsWaitForSnapshots
            && refusal is not (ConformanceException or OperationCanceledException))
        {
            return false;
        }
    }

    private static async Task One_snapshot_sees_all_databases_at_one_point(CheckContext context)
    {
        await context.FillAsync("first", 1, Samples.Accounts).ConfigureAwait(false);
        await context.FillAsync("second", 1, Samples.Accounts).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Token);
        var writer = Task.Run(() => CountUpAsync(context, stop.Token), context.Token);
        try
        {
            for (var i = 0; i < 15; i++)
                await CompareCountsAsync(context).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await writer.ConfigureAwait(false);
        }
    }

    private static async Task CountUpAsync(CheckContext context, CancellationToken stop)
    {
        for (var i = 1; !stop.IsCancellationRequested; i++)
        {
            await context.ChangeAsync("first", Samples.Update(Samples.Accounts, 0, i)).ConfigureAwait(false);
            await context.ChangeAsync("second", Samples.Update(Samples.Accounts, 0, i)).ConfigureAwait(false);
        }
    }

    private static async Task CompareCountsAsync(CheckContext context)
    {
        var snapshot = await context.Engine.OpenSnapshotAsync(
            new SnapshotRequest { Databases = ["first", "second"] }, context.Token).ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var first = await BalanceAsync(context, snapshot, "first").ConfigureAwait(false);
        var second = await BalanceAsync(context, snapshot, "second").ConfigureAwait(false);
        Expect.That(
            first == second || first == second + 1,
            $"The snapshot saw write {first} in one database and write {second}, which came before it, in the other.");
    }

    private static async Task<long> BalanceAsync(CheckContext context, IEngineSnapshot snapshot, string database)
    {
        var table = await context.FindAsync(snapshot, Samples.Accounts, database).ConfigureAwait(false);
        var rows = await Exports.AllAsync(snapshot, Exports.SpaceOf(table), context.Token).ConfigureAwait(false);
        return (long)ValueReader.ReadAll(rows.Single().Value)[2]!;
    }

    private static async Task Spans_cover_every_key_once(CheckContext context)
    {
        await context.FillAsync(Database, 300, Samples.Accounts, Samples.Bookings, Samples.Notes).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        foreach (var sample in new[] { Samples.Accounts, Samples.Bookings, Samples.Notes })
        {
            var space = Exports.SpaceOf(await context.FindAsync(snapshot, sample).ConfigureAwait(false));
            var shape = await snapshot.DescribeAsync(space, context.Token).ConfigureAwait(false);
            var whole = await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false);
            Expect.That(whole.Count == 300, $"{sample.Name}: 300 rows expected, {whole.Count} came.");
            Exports.CheckWhole(whole, shape.Ordered);
            foreach (var bytes in new[] { 1L, 500, 4000, long.MaxValue })
            {
                var spans = await snapshot.SplitAsync(space, bytes, context.Token).ConfigureAwait(false);
                CheckBounds(spans);
                var pieces = new List<CollectedRow>();
                foreach (var span in spans)
                    pieces.AddRange(await PieceAsync(context, snapshot, space, span).ConfigureAwait(false));
                Expect.Equal(Sorted(whole), Sorted(pieces), $"{sample.Name} in {spans.Count} spans");
            }
        }
    }

    /// <summary>Spans must follow on each other and reach to both ends.</summary>
    public static void CheckBounds(IReadOnlyList<KeySpan> spans)
    {
        Expect.That(spans.Count > 0, "A split gave no span.");
        Expect.That(spans[0].Start.IsEmpty && spans[^1].End.IsEmpty, "The spans do not reach to both ends.");
        for (var i = 1; i < spans.Count; i++)
        {
            Expect.That(!spans[i].Start.IsEmpty, $"Span {i} has no start.");
            Expect.That(
                spans[i - 1].End.Span.SequenceEqual(spans[i].Start.Span),
                $"Span {i} does not start where the last ended.");
            Expect.That(
                spans[i].End.IsEmpty || spans[i].Start.Span.SequenceCompareTo(spans[i].End.Span) < 0,
                $"Span {i} is empty.");
        }
    }

    private static async Task<List<CollectedRow>> PieceAsync(
        CheckContext context, IEngineSnapshot snapshot, Space space, KeySpan span)
    {
        var rows = await Exports.AllAsync(snapshot, space, context.Token, null, span).ConfigureAwait(false);
        Expect.That(rows.All(row => span.Contains(row.Key)), "An export gave a key outside its span.");
        return rows;
    }

    private static List<CollectedRow> Sorted(IEnumerable<CollectedRow> rows) =>
        [.. rows.OrderBy(row => row.Key, ByteArrayComparer.Instance)];

    private static async Task Any_range_of_keys_can_be_exported(CheckContext context)
    {
        await context.FillAsync(Database, 120, Samples.Accounts, Samples.Bookings).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        foreach (var sample in new[] { Samples.Accounts, Samples.Bookings })
        {
            var space = Exports.SpaceOf(await context.FindAsync(snapshot, sample).ConfigureAwait(false));
            var whole = Sorted(await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false));
            byte[][] bounds =
                [whole[10].Key, [.. whole[40].Key, 0], whole[41].Key[..^1], whole[90].Key, [0], [0xFF, 0xFF]];
            foreach (var start in bounds)
            {
                foreach (var end in bounds.Where(end => start.AsSpan().SequenceCompareTo(end) < 0))
                {
                    var span = new KeySpan(start, end);
                    var wanted = whole.Where(row => span.Contains(row.Key)).ToList();
                    var piece = Sorted(await PieceAsync(context, snapshot, space, span).ConfigureAwait(false));
                    Expect.Equal(
                        wanted,
                        piece,
                        $"{sample.Name} from {Convert.ToHexString(start)} to {Convert.ToHexString(end)}");
                }
            }
        }
    }

    private static async Task Concurrent_exports_equal_a_serial_one(CheckContext context)
    {
        await context.FillAsync(Database, 600, Samples.Accounts, Samples.Notes).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        foreach (var sample in new[] { Samples.Accounts, Samples.Notes })
        {
            var space = Exports.SpaceOf(await context.FindAsync(snapshot, sample).ConfigureAwait(false));
            var whole = await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false);
            var spans = await snapshot.SplitAsync(space, 2000, context.Token).ConfigureAwait(false);
            var exports = spans.Select(span =>
                Task.Run(() => PieceAsync(context, snapshot, space, span), context.Token)).ToList();
            var pieces = await Task.WhenAll(exports).ConfigureAwait(false);
            Expect.Equal(
                Sorted(whole), Sorted(pieces.SelectMany(piece => piece)), $"{sample.Name} on {spans.Count} tasks");
        }
    }

    private static async Task Every_value_comes_out_as_it_went_in(CheckContext context)
    {
        const int rows = 12;
        var sample = Samples.AllKinds(context.Fixture.MoreKinds);
        await context.FillAsync(Database, rows, sample).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, sample).ConfigureAwait(false));
        var seen = (await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false))
            .Select(row => ValueReader.ReadAll(row.Value)).ToDictionary(values => (long)values[0]!);
        for (var number = 0; number < rows; number++)
        {
            Expect.That(seen.TryGetValue(number, out var values), $"Row {number} is missing.");
            var wanted = Samples.Values(sample, number, 0);
            Expect.That(
                values!.Length == wanted.Count, $"Row {number} has {values.Length} values, not {wanted.Count}.");
            for (var i = 0; i < wanted.Count; i++)
            {
                var (expected, actual) = (ValueText.Print(wanted[i]), ValueText.Print(values[i]));
                Expect.That(
                    expected == actual,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{sample.Columns[i].Name} went in as {expected}, out as {actual}."));
            }
        }
    }

    private static async Task Empty_tables_are_exported(CheckContext context)
    {
        await context.FillAsync(Database, 0, Samples.Accounts).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false));
        CheckBounds(await snapshot.SplitAsync(space, 1000, context.Token).ConfigureAwait(false));
        var rows = await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false);
        Expect.That(rows.Count == 0, "An empty table gave rows.");
    }

    private static async Task A_cancelled_export_ends(CheckContext context)
    {
        await context.FillAsync(Database, 2000, Samples.Accounts).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var space = Exports.SpaceOf(await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.Token);
        var taken = 0;
        var sink = new CollectedRows(int.MaxValue)
        {
            AfterRow = () =>
            {
                if (++taken == 10)
                    cancel.Cancel();
            },
        };
        await Expect.CancelledAsync(() =>
            snapshot.ExportAsync(
                space, KeySpan.All, ExportWindow.Full, sink, cancel.Token).AsTask()).ConfigureAwait(false);
        Expect.That(taken < 2000, "The export gave every row although it was cancelled after ten.");
        var again = await Exports.AllAsync(snapshot, space, context.Token).ConfigureAwait(false);
        Expect.That(again.Count == 2000, "After a cancelled export the snapshot gives other rows.");
    }

    private static async Task Single_partitions_are_exported(CheckContext context)
    {
        await context.FillAsync(Database, 50, Samples.Regions).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var table = await context.FindAsync(snapshot, Samples.Regions).ConfigureAwait(false);
        Expect.That(
            Samples.Regions.Partitions.SequenceEqual(table.Partitions), "The catalog does not show the partitions.");
        var whole = await Exports.AllAsync(snapshot, Exports.SpaceOf(table), context.Token).ConfigureAwait(false);
        var parts = new List<CollectedRow>();
        foreach (var partition in table.Partitions)
        {
            var part = Exports.SpaceOf(table) with { Partition = partition };
            var rows = await Exports.AllAsync(snapshot, part, context.Token).ConfigureAwait(false);
            Expect.That(
                rows.All(row => ValueReader.ReadAll(row.Value)[1] as string == partition),
                $"The export of partition {partition} gave a row of another one.");
            parts.AddRange(rows);
        }

        Expect.Equal(Sorted(whole), Sorted(parts), "The partitions together");
    }

    private static async Task Partitions_are_refused(CheckContext context)
    {
        await context.FillAsync(Database, 1, Samples.Accounts).ConfigureAwait(false);
        var snapshot = await context.SnapshotAsync().ConfigureAwait(false);
        await using var _ = snapshot.ConfigureAwait(false);
        var table = await context.FindAsync(snapshot, Samples.Accounts).ConfigureAwait(false);
        var part = Exports.SpaceOf(table) with { Partition = "east" };
        await Expect.RefusedAsync(
            () => Exports.AllAsync(snapshot, part, context.Token),
            Diagnostics.SqlStates.FeatureNotSupported).ConfigureAwait(false);
    }
}
