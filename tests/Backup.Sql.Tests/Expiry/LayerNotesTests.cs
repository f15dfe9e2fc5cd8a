using System.Text;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Tests.Expiry;

public sealed class LayerNotesTests
{
    private const string Layer = "0123456789abcdef0123456789abcdef";

    private readonly IObjectStore _store =
        new MemoryObjectStoreProvider().OpenAsync(StoreUri.Parse("mem://notes")).AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task The_newest_note_says_everything()
    {
        var notes = new LayerNotes(_store);
        Assert.Equal(new LayerNote(), await notes.ReadAsync(Layer, default));
        var end = new DateTimeOffset(2031, 5, 1, 0, 0, 0, TimeSpan.Zero);
        await notes.ChangeAsync(Layer, note => note with { Expires = end }, default);
        await notes.ChangeAsync(Layer, note => note.WithLabels(["a=1", "keep-forever=true"]), default);
        await notes.ChangeAsync(Layer, note => note.WithLabels(["a=2"]), default);
        var read = await notes.ReadAsync(Layer, default);
        Assert.Equal((end, false), (read.Expires, read.KeepForever));
        Assert.Equal(["a=2"], read.Labels!);
        Assert.Equal([Layer], await notes.ListAsync(default));

        Assert.Equal(["00000001", "00000002", "00000003"], (await NamesAsync()).Select(name => name[^8..]));
        await notes.DeleteAsync(Layer, default);
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Of_two_who_change_at_once_nobody_is_lost()
    {
        var notes = new LayerNotes(_store);
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (number, token) => await notes.ChangeAsync(
            Layer, note => note.WithLabels([.. note.Labels ?? [], $"k{number}=1"]), token));
        Assert.Equal(
            Enumerable.Range(0, 40).Select(number => $"k{number}=1").Order(StringComparer.Ordinal),
            (await notes.ReadAsync(Layer, default)).Labels!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_damaged_note_is_no_note()
    {
        var name = $"metadata/notes/{Layer}/00000001";
        await _store.PutIfAbsentAsync(name, Encoding.ASCII.GetBytes(new string('0', 64) + "\n{\"format_version\":1}"));
        var error = await Assert.ThrowsAsync<BackupSqlException>(() => new LayerNotes(_store).ReadAsync(Layer, default));
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var entry in _store.ListAsync(new ListRequest()))
            names.Add(entry.Name);
        return names;
    }
}
