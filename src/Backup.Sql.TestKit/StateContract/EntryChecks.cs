using Backup.Sql.State;
using Backup.Sql.TestKit.StorageContract;

namespace Backup.Sql.TestKit.StateContract;

internal static class EntryChecks
{
    public static async Task A_missing_entry_is_null(StateArea area)
    {
        await area.ExpectAbsentAsync("job", "1").ConfigureAwait(false);
        Expect.Equal(
            0, (await area.Store.ListAsync("job", area.Cancellation).ConfigureAwait(false)).Count, "entries of nothing");
    }

    public static async Task An_entry_comes_back_as_it_was_given(StateArea area)
    {
        foreach (var size in new[] { 0, 1, 4096, 3_000_000 })
        {
            var value = new byte[size];
            area.Random.Fill(value);
            await area.CommitAsync(new StateChange("size", $"{size}", 0, value)).ConfigureAwait(false);
            foreach (var instance in new[] { area.Store, area.Other })
            {
                var found = await instance.GetAsync("size", $"{size}", area.Cancellation).ConfigureAwait(false);
                Expect.That(
                    found is not null && found.Value.Span.SequenceEqual(value),
                    $"a value of {size} bytes must come back as it was given");
            }
        }
    }

    public static async Task Versions_count_the_changes(StateArea area)
    {
        for (var version = 0; version < 5; version++)
        {
            var value = StateArea.Bytes($"value {version + 1}");
            await area.CommitAsync(new StateChange("job", "1", version, value)).ConfigureAwait(false);
            await area.ExpectAsync("job", "1", version + 1, $"value {version + 1}").ConfigureAwait(false);
        }
    }

    public static async Task A_removed_entry_is_gone(StateArea area)
    {
        await area.CommitAsync(new StateChange("job", "1", 0, StateArea.Bytes("{}"))).ConfigureAwait(false);
        await area.CommitAsync(new StateChange("job", "1", 1, null)).ConfigureAwait(false);
        await area.ExpectAbsentAsync("job", "1").ConfigureAwait(false);
        await area.RefusedAsync(new StateChange("job", "1", 1, StateArea.Bytes("{}"))).ConfigureAwait(false);
        await area.CommitAsync(new StateChange("job", "1", 0, StateArea.Bytes("again"))).ConfigureAwait(false);
    }

    public static async Task Kinds_and_keys_are_told_apart_exactly(StateArea area)
    {
        string[] texts =
        [
            "a", "A", "a ", " a", "", "\0", "a\0", "a\0b", "ä", "a\u0308", "ß", "ss", "'", "\"", "%", "_", "a/b", "1",
                "01",
            "1.0", "NULL", "\U0001F600",
        ];
        foreach (var text in texts)
        {
            await area.CommitAsync(new StateChange("key", text, 0, StateArea.Bytes(text))).ConfigureAwait(false);
            await area.CommitAsync(new StateChange(text, "kind", 0, StateArea.Bytes(text))).ConfigureAwait(false);
        }

        foreach (var text in texts)
        {
            await area.ExpectAsync("key", text, 1, text).ConfigureAwait(false);
            await area.ExpectAsync(text, "kind", 1, text).ConfigureAwait(false);
        }
    }

    public static async Task What_is_kept_does_not_change_with_the_callers_buffer(StateArea area)
    {
        var buffer = StateArea.Bytes("kept");
        await area.CommitAsync(new StateChange("job", "1", 0, buffer)).ConfigureAwait(false);
        buffer.AsSpan().Clear();
        await area.ExpectAsync("job", "1", 1, "kept").ConfigureAwait(false);
    }

    public static async Task Lists_hold_one_kind_in_ordinal_order(StateArea area)
    {
        string[] keys = ["", "1", "10", "2", "A", "B", "a", "a b", "b", "ä", "\uD83D\uDE00", "\uE000", "\uFFFD"];
        foreach (var key in keys.Reverse())
        {
            await area.CommitAsync(
                new StateChange("job", key, 0, StateArea.Bytes(key)),
                new StateChange("jobs", key, 0, StateArea.Bytes("of another kind"))).ConfigureAwait(false);
        }

        foreach (var instance in new[] { area.Store, area.Other })
        {
            var listed = await instance.ListAsync("job", area.Cancellation).ConfigureAwait(false);
            Expect.Sequence(
                [.. keys.Select(key => $"job/{key} version 1: {key}")],
                [.. listed.Select(StateArea.Text)],
                "list of a kind");
        }
    }
}
