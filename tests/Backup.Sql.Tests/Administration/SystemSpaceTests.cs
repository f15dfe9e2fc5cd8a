using System.Text;
using System.Text.Json;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Execution.Jobs;
using Backup.Sql.Schedules;
using Backup.Sql.Sessions.Administration;
using Backup.Sql.Sessions.Schedules;
using Backup.Sql.State;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Administration;

public sealed class SystemSpaceTests : IAsyncDisposable
{
    private readonly MemoryStateStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private SystemSpace Space => new(_store, SystemKinds.All, SystemKinds.Users);

    [Fact]
    public async Task What_a_failed_restore_has_added_goes_again_but_for_what_was_changed_since()
    {
        var added = await AddAsync([User("a"), User("b")], ["user"]);
        Assert.Equal(2, added.Count);
        var seen = await _store.GetAsync("user", "b");
        Assert.True(await _store.TryCommitAsync(
            [new StateChange("user", "b", seen!.Version, Encoding.UTF8.GetBytes("""{"name":"b","roles":["admin"]}"""))]));
        await Space.RemoveAsync(
            [.. added.Select(change => new AddedEntry(change.Kind, change.Key, JobTurn.DigestOf(change.Value!.Value)))]);
        Assert.Equal(["b"], (await _store.ListAsync("user")).Select(entry => entry.Key));
    }

    [Fact]
    public async Task Only_the_kinds_that_are_wanted_and_missing_come_back()
    {
        await AddAsync([User("a")], ["user"]);
        var added = await AddAsync(
            [User("a"), User("b"), Grant("b", "shop"), Grant("b", "bank")], ["user", "grant"]);
        Assert.Equal(["user b", "grant Database/shop/b", "grant Database/bank/b"], added.Select(c => $"{c.Kind} {c.Key}"));
        Assert.Empty(await AddAsync([Grant("b", "new")], ["user"]));
    }

    [Fact]
    public async Task Grants_follow_their_objects_and_need_their_user()
    {
        await AddAsync([User("b")], ["user"]);
        var names = new RestoredNames(
            new Dictionary<string, string> { ["shop"] = "shop2" }, new Dictionary<string, string>());
        var added = await AddAsync(
            [Grant("b", "shop"), Grant("b", "bank"), Grant("stranger", "shop")], ["grant"], names);
        Assert.Equal(["Database/shop2/b"], added.Select(c => c.Key));
    }

    [Fact]
    public async Task A_backup_of_a_database_carries_the_grants_on_it_and_no_users()
    {
        await AddAsync(
            [User("b"), Grant("b", "shop"), Grant("b", "shopping"), Grant("b", "shop.public.t", "Table")],
            ["user", "grant"]);
        var carried = await Space.ReadAsync(new BackupScope { Databases = ["shop"] }, default);
        Assert.Equal(["Database/shop/b", "Table/shop.public.t/b"], carried.Select(entry => entry.Key));
        Assert.Equal(4, (await Space.ReadAsync(new BackupScope { IsCluster = true }, default)).Count);
    }

    [Fact]
    public async Task Sealed_secrets_of_schedules_stay_out_and_are_missed_by_name()
    {
        const string Statement =
            "BACKUP DATABASE shop INTO 's3://b/p?AWS_ACCESS_KEY_ID=k&AWS_SECRET_ACCESS_KEY=sealed%3A1%3AAAAA' "
            + "WITH OPTIONS (encryption_passphrase = 'passphrase:///?CREDENTIALS=sealed%3A1%3ABBBB')";
        var schedule = new ScheduleRecord
        {
            Id = 7,
            Label = "nightly",
            Owner = "clerk",
            Created = DateTimeOffset.UnixEpoch,
            Role = BackupRole.Full,
            Recurrence = "@daily",
            NextRun = DateTimeOffset.UnixEpoch,
            Backup = Statement,
            Hold = "schedule-7",
        };
        var json = SchedulesJsonContext.Default.ScheduleRecord;
        Assert.True(await _store.TryCommitAsync(
            [new StateChange("schedule", "7", 0, JsonSerializer.SerializeToUtf8Bytes(schedule, json))]));
        var carried = Assert.Single(await Space.ReadAsync(new BackupScope { IsCluster = true }, default));
        Assert.DoesNotContain("sealed", carried.Value.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("AWS_ACCESS_KEY_ID=k", carried.Value.GetRawText().Replace("\\u0026", "&"), StringComparison.Ordinal);

        var other = new MemoryStateStore();
        await new SystemSpace(other, SystemKinds.All, SystemKinds.Users).AddAsync(
            [carried], ["schedule"], null, (changes, token) => other.TryCommitAsync(changes, token), default);
        var restored = JsonSerializer.Deserialize((await other.GetAsync("schedule", "7"))!.Value.Span, json)!;
        Assert.True(restored.IsPaused);
        Assert.Null(restored.Hold);
        var missing = Assert.Throws<BackupSqlException>(
            () => BackupSealing.Open(ScheduledStatement.Read(restored), new MemorySecretVault()));
        Assert.Contains("AWS_SECRET_ACCESS_KEY", missing.Message, StringComparison.Ordinal);
    }

    /// <summary>Adds entries as a restore does, and tells which.</summary>
    private async Task<IReadOnlyList<StateChange>> AddAsync(
        IReadOnlyList<SystemEntry> entries, IReadOnlyList<string> wanted, RestoredNames? names = null)
    {
        IReadOnlyList<StateChange> added = [];
        await Space.AddAsync(
            entries, wanted, names,
            (changes, token) =>
            {
                added = changes;
                return _store.TryCommitAsync(changes, token);
            },
            default);
        return added;
    }

    private static SystemEntry User(string name) =>
        new("user", name, JsonDocument.Parse($$"""{"name":"{{name}}","roles":[]}""").RootElement);

    private static SystemEntry Grant(string grantee, string on, string kind = "Database") =>
        new("grant", $"{kind}/{on}/{grantee}", JsonDocument.Parse(
            $$"""{"grantee":"{{grantee}}","on":{"kind":"{{kind}}","name":"{{on}}"},"privileges":"Backup","grantable":"None"}""")
                .RootElement);
}
