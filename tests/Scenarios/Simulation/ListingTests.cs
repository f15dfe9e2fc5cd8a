using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.TestKit.Faults;
using Backup.Sql.TestKit.Simulation;

namespace Backup.Sql.Scenarios.Simulation;

/// <summary>
/// Listings that lag, repeat themselves, come in disorder or hold what is no object; and clocks that jump. No
/// acknowledged backup is lost, no chain is put together wrongly, and what cannot be told is refused.
/// </summary>
public abstract class ListingTests
{
    private readonly ManualTimeProvider _clock = new() { JumpsToTimers = true };
    private readonly List<string> _states = [];
    private string _depot = "";
    private string _elsewhere = "";
    private int _next;

    private protected ListingTests()
    {
    }

    private string Full => $"BACKUP DATABASE shop INTO '{_depot}'";

    private string Increment => $"BACKUP DATABASE shop INTO LATEST IN '{_depot}'";

    [Theory]
    [InlineData("memory", false)]
    [InlineData("memory", true)]
    [InlineData("sqlite", false)]
    [InlineData("sqlite", true)]
    public async Task A_chain_grows_straight_under_listings_that_do_not_show_its_newest_layers(string engine, bool elsewhere)
    {
        var listings = new ListingFaults(_clock);
        await using var bench = Open(engine, listings);
        var where = elsewhere ? $" WITH incremental_location = '{_elsewhere}'" : "";
        var more = elsewhere ? $", incremental_location = '{_elsewhere}'" : "";
        await BackUpAsync(bench, Full);
        listings.Freeze();
        for (var layer = 0; layer < 3; layer++)
        {
            await BackUpAsync(bench, Increment + where);
            await RequireRestoresAsync(bench, "LATEST", more, _states[^1]);
        }

        Assert.True(listings.Altered > 0);
        listings.Thaw();
        await RequireAllAsync(bench, where, more);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Two_processes_whose_listings_lag_never_extend_one_layer_twice(string engine)
    {
        var listings = new ListingFaults(_clock) { Delay = TimeSpan.FromMinutes(10) };
        await using var bench = Open(engine, listings);
        await BackUpAsync(bench, Full);
        _clock.Advance(TimeSpan.FromHours(1));
        await using var other = bench.StartAnother();
        for (var round = 0; round < 3; round++)
        {
            await BackUpAsync(bench, Increment);
            Change(bench);
            await other.OpenSession().ExecuteAsync(Increment);
        }

        Assert.True(listings.Altered > 0);
        await RequireRestoresAsync(bench, "LATEST", "", _states[^1]);
        _clock.Advance(TimeSpan.FromHours(1));
        await RequireAllAsync(bench, "", "");
    }

    [Fact]
    public async Task A_layer_in_the_middle_that_a_listing_hides_is_found_from_the_one_below()
    {
        var listings = new ListingFaults(_clock);
        await using var bench = Open("memory", listings);
        await BackUpAsync(bench, Full);
        for (var layer = 0; layer < 3; layer++)
            await BackUpAsync(bench, Increment);
        var names = await bench.Stores.ListAsync("depot");
        var manifests = names.Where(name => name.EndsWith("/BACKUP_MANIFEST", StringComparison.Ordinal)
            && name.StartsWith("incrementals/", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, manifests.Count);
        foreach (var hidden in manifests)
        {
            listings.IsHidden = name => name.EndsWith("/depot/" + hidden, StringComparison.Ordinal);
            var before = listings.Altered;
            await RequireAllAsync(bench, "", "");
            Assert.True(listings.Altered > before);
        }
    }

    [Fact]
    public async Task A_full_backup_that_is_not_listed_yet_is_no_harm_and_LATEST_finds_it_as_soon_as_a_hint_or_a_manifest_shows()
    {
        var listings = new ListingFaults(_clock);
        await using var bench = Open("memory", listings);
        await BackUpAsync(bench, Full);
        listings.Freeze();
        await BackUpAsync(bench, Full);

        // LATEST may still be the one before: whole, and as it was.
        await RequireRestoresAsync(bench, "LATEST", "", _states[0]);
        listings.Thaw();
        listings.IsHidden = name => name.EndsWith("BACKUP_MANIFEST", StringComparison.Ordinal);
        await RequireRestoresAsync(bench, "LATEST", "", _states[1]);
        listings.IsHidden = name => name.Contains("metadata/latest", StringComparison.Ordinal);
        await RequireRestoresAsync(bench, "LATEST", "", _states[1]);
        Assert.True(listings.Altered > 0);
    }

    [Fact]
    public async Task A_drop_takes_layers_along_that_are_not_listed_and_keeps_a_chain_whose_unlisted_layer_is_to_be_kept()
    {
        var listings = new ListingFaults(_clock);
        await using var bench = Open("memory", listings);
        await BackUpAsync(bench, Full);
        await BackUpAsync(bench, Increment + " WITH labels = 'keep-forever=true'");
        await BackUpAsync(bench, Full);
        await BackUpAsync(bench, Increment);
        await BackUpAsync(bench, Full);
        var chains = await Layers.ListChainsAsync(bench, _depot);
        listings.IsHidden = name => name.Contains("/depot/incrementals/", StringComparison.Ordinal);
        await bench.LoseStateAsync(); // only the collection tells now
        await bench.RunAsync($"DROP BACKUPS IN '{_depot}' KEEP (LAST = 1)");
        Assert.Equal([chains[0], chains[2]], await Layers.ListChainsAsync(bench, _depot));
        await RequireRestoresAsync(bench, $"'{chains[0]}'", "", _states[1]);

        // What could not be seen goes with the first drop that comes when listings have caught up.
        listings.IsHidden = _ => false;
        Assert.Contains(await bench.Stores.ListAsync("depot"), name => name.Contains(chains[1], StringComparison.Ordinal));
        _clock.Advance(TimeSpan.FromHours(2));
        await bench.RunAsync($"DROP BACKUPS IN '{_depot}' OLDER THAN '2001-01-01'");
        Assert.DoesNotContain(
            await bench.Stores.ListAsync("depot"),
            name => name.Contains(chains[1], StringComparison.Ordinal) || name.Contains("dropped/", StringComparison.Ordinal));
        Assert.True(listings.Altered > 0);
    }

    [Fact]
    public async Task Keys_that_are_added_or_dropped_hold_before_a_listing_shows_it()
    {
        var listings = new ListingFaults(_clock);
        await using var bench = Open("memory", listings);
        await BackUpAsync(bench, Full + " WITH encryption_passphrase = 'one'");
        listings.Freeze();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await AlterAsync("ADD NEW_PASSPHRASE = 'two' WITH OLD_PASSPHRASE = 'one'");
        await RequireRestoresAsync(bench, "LATEST", ", encryption_passphrase = 'two'", _states[^1]);
        await AlterAsync("ADD NEW_PASSPHRASE = 'three' WITH OLD_PASSPHRASE = 'two'");
        await AlterAsync("DROP PASSPHRASE = 'one'");
        await AlterAsync("DROP PASSPHRASE = 'two'");
        await RequireOnlyThreeOpensAsync();
        listings.Thaw();
        await RequireOnlyThreeOpensAsync();
        Assert.Single(
            await bench.Stores.ListAsync("depot"), name => name.Contains("ENCRYPTION-INFO", StringComparison.Ordinal));
        Assert.True(listings.Altered > 0);

        Task AlterAsync(string change) => bench.RunAsync($"ALTER BACKUP LATEST IN '{_depot}' {change}");

        async Task RequireOnlyThreeOpensAsync()
        {
            await RequireRestoresAsync(bench, "LATEST", ", encryption_passphrase = 'three'", _states[^1]);
            foreach (var dropped in new[] { "one", "two" })
            {
                var refused = await Assert.ThrowsAsync<BackupSqlException>(
                    () => RequireRestoresAsync(bench, "LATEST", $", encryption_passphrase = '{dropped}'", _states[^1]));
                Assert.Equal(SqlStates.WrongKey, refused.SqlState);
            }
        }
    }

    [Theory]
    [InlineData("duplicated")]
    [InlineData("markers")]
    [InlineData("ghosts")]
    public async Task Entries_that_come_twice_or_are_no_objects_change_nothing(string fault)
    {
        var listings = new ListingFaults(_clock) { IsDuplicated = fault == "duplicated", HasDirectoryMarkers = fault == "markers" };
        await using var bench = Open("memory", listings);
        for (var chain = 0; chain < 2; chain++)
        {
            await BackUpAsync(bench, Full);
            await BackUpAsync(bench, Increment);
        }

        var chains = await Layers.ListChainsAsync(bench, _depot);
        Assert.Equal(2, chains.Count);
        if (fault == "ghosts")
            listings.Freeze(); // what is dropped now is still listed
        await bench.RunAsync($"DROP BACKUP '{chains[0]}' IN '{_depot}'");
        await RequireRestoresAsync(bench, "LATEST", "", _states[^1]);
        await BackUpAsync(bench, Increment);
        await RequireRestoresAsync(bench, "LATEST", "", _states[^1]);
        var gone = await Assert.ThrowsAsync<BackupSqlException>(
            () => RequireRestoresAsync(bench, $"'{chains[0]}'", "", _states[1]));
        Assert.Equal(SqlStates.UndefinedFile, gone.SqlState);
        Assert.True(listings.Altered > 0);
        listings.Thaw();
        Assert.Equal(chains.Skip(1), await Layers.ListChainsAsync(bench, _depot));
        Assert.DoesNotContain(await bench.Stores.ListAsync("depot"), name => name.Contains(chains[0], StringComparison.Ordinal));
        var valid = (await bench.RunAsync($"SHOW BACKUP VALIDATE FROM LATEST IN '{_depot}'")).Rows;
        Assert.Equal("No problems found!", valid.Value<string>(0, "validation_status"));
    }

    [Fact]
    public async Task Disorder_is_refused_and_nothing_is_lost() => await Seeds.RunAsync(3, async seed =>
    {
        _states.Clear();
        var listings = new ListingFaults(_clock, (ulong)seed);
        await using var bench = Open("memory", listings);
        await BackUpAsync(bench, Full);
        await BackUpAsync(bench, Increment);
        listings.IsUnordered = true;
        var refused = 0;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            Change(bench);
            try
            {
                await bench.RunAsync(attempt % 2 == 0 ? Increment : Full);
            }
            catch (BackupSqlException failure)
            {
                Assert.Equal(
                    (SqlStates.IoError, "the store does not list objects in the order of their names"),
                    (failure.SqlState, failure.Message));
                Assert.NotNull(failure.Hint);
                _states.RemoveAt(_states.Count - 1);
                refused++;
            }
        }

        Assert.True(refused > 0 && listings.Altered > 0);
        listings.IsUnordered = false;
        var ends = new List<string>();
        foreach (var chain in await Layers.ListChainsAsync(bench, _depot))
        {
            foreach (var end in await Layers.ListEndsAsync(bench, _depot, chain))
            {
                ends.Add(end);
                await RequireRestoresAsync(bench, $"'{chain}' IN '{_depot}' AS OF SYSTEM TIME '{end}'", "", null);
            }
        }

        Assert.True(ends.Count >= _states.Count, "An acknowledged backup is not listed.");
    });

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task A_clock_that_runs_ahead_and_is_set_back_costs_no_backup(string engine)
    {
        await using var bench = Open(engine, new ListingFaults(_clock));
        await BackUpAsync(bench, Full);
        var right = _clock.GetUtcNow();
        _clock.SetUtcNow(right.AddDays(1));
        await BackUpAsync(bench, Increment);
        await BackUpAsync(bench, Full);
        _clock.SetUtcNow(right.AddMinutes(1));

        // An engine whose own clock never goes back goes on; another one refuses to append to what ends tomorrow.
        var accepted = 3;
        foreach (var statement in new[] { Increment, Full, Increment })
        {
            Change(bench);
            try
            {
                await bench.RunAsync(statement);
                accepted++;
            }
            catch (BackupSqlException failure)
            {
                Assert.Equal((SqlStates.TimeOutOfRange, Increment), (failure.SqlState, statement));
                Assert.NotNull(failure.Hint);
                _states.RemoveAt(_states.Count - 1);
            }
        }

        var restored = new List<string>();
        foreach (var chain in await Layers.ListChainsAsync(bench, _depot))
        {
            foreach (var end in await Layers.ListEndsAsync(bench, _depot, chain))
            {
                await bench.RunAsync($"RESTORE DATABASE shop FROM '{chain}' IN '{_depot}' AS OF SYSTEM TIME '{end}' WITH new_db_name = 'proof'");
                restored.Add(bench.Engine.Dump("proof"));
                bench.Engine.Drop("proof");
            }
        }

        Assert.Equal(accepted, _states.Count);
        Assert.Equal(_states.Order(StringComparer.Ordinal), restored.Order(StringComparer.Ordinal));
        _clock.SetUtcNow(right.AddDays(2));
        await BackUpAsync(bench, Increment);
        await RequireRestoresAsync(bench, "LATEST", "", _states[^1]);
    }

    /// <summary>The store that the tests run on.</summary>
    private protected abstract BenchSetup Setup { get; }

    private Bench Open(string engine, ListingFaults listings)
    {
        var bench = new Bench(Setup with
        {
            Engines = engine,
            Clock = _clock,
            Wrap = provider => new ListingFaultStoreProvider(provider, listings),
        });
        (_depot, _elsewhere) = (bench.Stores.Location("depot"), bench.Stores.Location("elsewhere"));
        bench.Engine.Execute("shop", "CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT);");
        return bench;
    }

    private void Change(Bench bench)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        bench.Engine.Execute("shop", $"INSERT INTO goods VALUES ({++_next}, 'number {_next}');");
        _states.Add(bench.Engine.Dump("shop"));
        _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private Task<Answer> BackUpAsync(Bench bench, string statement)
    {
        Change(bench);
        return bench.RunAsync(statement);
    }

    /// <summary>The one chain has a layer for every state, and each restores to it.</summary>
    private async Task RequireAllAsync(Bench bench, string with, string more)
    {
        var chain = Assert.Single(await Layers.ListChainsAsync(bench, _depot));
        var ends = await Layers.ListEndsAsync(bench, _depot, chain, with);
        Assert.Equal(_states.Count, ends.Count);
        for (var i = 0; i < ends.Count; i++)
            await RequireRestoresAsync(bench, $"'{chain}' IN '{_depot}' AS OF SYSTEM TIME '{ends[i]}'", more, _states[i]);
    }

    // Without a state: to one of those that were acknowledged.
    private async Task RequireRestoresAsync(Bench bench, string from, string more, string? state)
    {
        var place = from.Contains(" IN ", StringComparison.Ordinal) ? from : from + $" IN '{_depot}'";
        await bench.RunAsync($"RESTORE DATABASE shop FROM {place} WITH new_db_name = 'proof'{more}");
        var restored = bench.Engine.Dump("proof");
        bench.Engine.Drop("proof");
        if (state is null)
            Assert.Contains(restored, _states);
        else
            Assert.Equal(state, restored);
    }
}
