using Backup.Sql.Storage;

namespace Backup.Sql.TestKit.StorageContract;

internal static class ListChecks
{
    public static async Task Listings_are_in_the_order_of_bytes(StoreArea area)
    {
        // No two names differ in case alone: a file system may take them for one.
        string[] names =
        [
            "B", "Z", "a!/x", "a-b", "a.b", "a/b", "a/b-c/d", "a/b.c", "a/c", "a0", "c", "ä", "\uE000",
            "\uFFFD/x", "\U00010000", "\U0001F600/y",
        ];
        await area.PutAllAsync(names.Reverse()).ConfigureAwait(false);
        Expect.Sequence(
            Entries(names), await area.ListAsync(new ListRequest()).ConfigureAwait(false), "listing of everything");
    }

    public static async Task Prefix_start_and_delimiter_select(StoreArea area)
    {
        string[] names =
        [
            "2026/11/20/data/1", "2026/11/20/data/2", "2026/11/20/manifest", "2026/11/21/data/1",
            "2026/11/21/manifest", "latest", "latest-2",
        ];
        await area.PutAllAsync(names).ConfigureAwait(false);
        (string What, ListRequest Request, string[] Expected)[] cases =
        [
            ("prefix of a directory", new() { Prefix = "2026/11/21/" }, names[3..5]),
            ("prefix of a name", new() { Prefix = "lat" }, names[5..]),
            ("prefix that is a name", new() { Prefix = "latest" }, names[5..]),
            ("prefix of nothing", new() { Prefix = "2027" }, []),
            ("start in the middle", new() { StartAfter = names[3] }, names[4..]),
            ("start at no name", new() { StartAfter = "2026/11/20/n" }, names[3..]),
            ("start beyond the end", new() { StartAfter = "m" }, []),
            ("prefix and start", new() { Prefix = "latest", StartAfter = "latest" }, names[6..]),
            ("delimiter", new() { Delimiter = "/" }, ["2026/", .. names[5..]]),
            (
                "delimiter and prefix",
                new() { Delimiter = "/", Prefix = "2026/11/20/" },
                ["2026/11/20/data/", names[2]]),
            ("delimiter and half a name", new() { Delimiter = "/", Prefix = "2026/1" }, ["2026/11/"]),
            (
                "long delimiter",
                new() { Delimiter = "data/" },
                ["2026/11/20/data/", names[2], "2026/11/21/data/", .. names[4..]]),
            ("delimiter within a name", new() { Delimiter = "-" }, [.. names[..6], "latest-"]),
            ("start at a common prefix", new() { Delimiter = "/", StartAfter = "2026/" }, names[5..]),
            ("start within a common prefix", new() { Delimiter = "/", StartAfter = "2026/11" }, names[5..]),
            (
                "start before a common prefix",
                new() { Delimiter = "/", StartAfter = "2026" },
                ["2026/", .. names[5..]]),
        ];
        foreach (var (what, request, expected) in cases)
            Expect.Sequence(Entries(expected), await area.ListAsync(request).ConfigureAwait(false), what);
    }

    public static async Task Listings_agree_with_a_model(StoreArea area)
    {
        string[] parts = ["a", "a-", "b", "b.c", "data", "0", "é"];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 60; i++)
            names.Add(Text() + "/o" + area.Random.Next(10));
        await area.PutAllAsync(names).ConfigureAwait(false);
        var sorted = names.Order(ObjectName.Order).ToList();
        for (var i = 0; i < 200; i++)
        {
            var text = Text();
            var request = new ListRequest
            {
                Prefix = area.Random.Next(2) == 0 ? "" : text[..area.Random.Next(text.Length)],
                StartAfter = area.Random.Next(2) == 0 ? null : Text(),
                Delimiter = area.Random.Next(4) switch { 0 => null, 1 => "-", 2 => "data/", _ => "/" },
            };
            Expect.Sequence(
                Model(sorted, request), await area.ListAsync(request).ConfigureAwait(false), $"listing of {request}");
        }

        string Text() => string.Join(
            '/', Enumerable.Range(0, 1 + area.Random.Next(3)).Select(_ => parts[area.Random.Next(parts.Length)]));
    }

    public static async Task Many_objects_are_listed_without_a_gap(StoreArea area)
    {
        var names = Enumerable.Range(0, area.ManyObjects).Select(i => $"d{i % 3}/{i:D6}").ToList();
        await area.PutAllAsync(names).ConfigureAwait(false);
        names.Sort(ObjectName.Compare);
        Expect.Sequence(
            Entries(names), await area.ListAsync(new ListRequest()).ConfigureAwait(false), "listing of many");
        Expect.Sequence(
            Entries(["d0/", "d1/", "d2/"]),
            await area.ListAsync(new ListRequest { Delimiter = "/" }).ConfigureAwait(false),
            "folded listing of many");

        // Whoever stops in the middle goes on where it stopped.
        var half = await area.Store.ListAsync(new ListRequest(), area.Cancellation).Take(names.Count / 2)
            .LastAsync(area.Cancellation).ConfigureAwait(false);
        Expect.Sequence(
            Entries(names[(names.Count / 2)..]),
            await area.ListAsync(new ListRequest { StartAfter = half.Name }).ConfigureAwait(false),
            "second half of many");
    }

    // What a listing means, as plainly as it can be said.
    private static List<ListEntry> Model(List<string> sorted, ListRequest request)
    {
        var entries = new List<string>();
        foreach (var name in sorted.Where(name => name.StartsWith(request.Prefix, StringComparison.Ordinal)))
        {
            var fold = request.Delimiter is { } delimiter
                ? name.IndexOf(delimiter, request.Prefix.Length, StringComparison.Ordinal)
                : -1;
            var entry = fold < 0 ? name : name[..(fold + request.Delimiter!.Length)];
            var isAfter = request.StartAfter is null || ObjectName.Compare(entry, request.StartAfter) > 0;
            if (isAfter && !entries.Contains(entry))
                entries.Add(entry);
        }

        return [.. entries.Select(entry => sorted.Contains(entry)
            ? new ListEntry(entry, entry.Length, false)
            : new ListEntry(entry, 0, true))];
    }

    // Names that end like a delimiter are prefixes here; objects are as long as their names.
    private static List<ListEntry> Entries(IEnumerable<string> names) => [.. names.Select(name =>
        name[^1] is '/' or '-' ? new ListEntry(name, 0, true) : new ListEntry(name, name.Length, false))];
}
