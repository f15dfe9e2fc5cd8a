using System.Globalization;
using Backup.Sql.Collections.Format;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;

namespace Backup.Sql.Collections;

/// <summary>
/// The notes of a collection's layers: <c>metadata/notes/&lt;layer&gt;/&lt;number&gt;</c>. None is ever rewritten: a
/// change is the next number, put only if absent, so that of two who change at once one starts over. Earlier notes
/// stay: where one was deleted its number would be free again, and a slow writer's change would be put there and lost.
/// </summary>
internal sealed class LayerNotes(IObjectStore store)
{
    private const int MaxAttempts = 100;
    private const int Digits = 8;

    /// <summary>Reads what is noted of a layer.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The newest note; an empty one where there is none.</returns>
    public async Task<LayerNote> ReadAsync(string layerId, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(layerId, cancellationToken).ConfigureAwait(false);
        return names.Count == 0 ? new LayerNote() : await ReadNamedAsync(names[^1], cancellationToken)
            .ConfigureAwait(false) ?? await ReadAsync(layerId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the layers that have notes, so that nobody has to ask for each.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Their ids.</returns>
    public async Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellationToken)
    {
        var request = new ListRequest { Prefix = CollectionLayout.Notes, Delimiter = "/" };
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
            found.Add(entry.Name[CollectionLayout.Notes.Length..].TrimEnd('/'));
        return found;
    }

    /// <summary>Adds a note that says what the newest one says, but for a change.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="change">Makes the change; called once per attempt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ChangeAsync(
        string layerId, Func<LayerNote, LayerNote> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var names = await NamesAsync(layerId, cancellationToken).ConfigureAwait(false);
            var before = names.Count == 0 ? new LayerNote()
                : await ReadNamedAsync(names[^1], cancellationToken).ConfigureAwait(false);
            if (before is null)
                continue;
            var note = change(before);
            if (note == before)
                return;
            var number = names.Count == 0 ? 1 : NumberOf(names[^1]) + 1;
            note = note with { LayerId = layerId, Number = number };
            var name = NameOf(layerId, number);
            if (await store.PutIfAbsentAsync(
                name, NoteFile.Write(note, CollectionsJsonContext.Default.LayerNote), cancellationToken)
                .ConfigureAwait(false))
                return;
        }

        throw Errors.NoteContended(layerId);
    }

    /// <summary>Checks the note that counts.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public async Task<Finding?> CheckAsync(string layerId, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(layerId, cancellationToken).ConfigureAwait(false);
        if (names.Count == 0)
            return null;
        try
        {
            await ReadNamedAsync(names[^1], cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BackupSqlException error) when (error.SqlState is SqlStates.DataCorrupted or SqlStates.UnsupportedFormat)
        {
            return new Finding(
                FindingStatus.ChecksumMismatch,
                names[^1],
                $"{error.Detail ?? error.Message} No row hangs on it: it holds labels and expiry. Without it the note "
                + "before it counts, or what the manifest says.");
        }
    }

    /// <summary>Deletes all notes of a layer that is gone.</summary>
    /// <param name="layerId">The layer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(string layerId, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(layerId, cancellationToken).ConfigureAwait(false);
        await store.DeleteManyAsync(names, cancellationToken).ConfigureAwait(false);
    }

    private static string NameOf(string layerId, int number) =>
        $"{CollectionLayout.Notes}{layerId}/{number.ToString($"d{Digits}", CultureInfo.InvariantCulture)}";

    private static int NumberOf(string name) =>
        int.Parse(name.AsSpan(name.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private async Task<LayerNote?> ReadNamedAsync(string name, CancellationToken cancellationToken)
    {
        var note = await NoteFile.ReadAsync<LayerNote>(store, name, cancellationToken).ConfigureAwait(false);
        if (note is { FormatVersion: > 1 })
            throw Errors.NewerFormat(name, note.FormatVersion);
        return note is { LayerId: { } layer, Number: { } number } && NameOf(layer, number) != name
            ? throw Errors.Corrupt(name, $"It was written as note {number} of layer {layer}.")
            : note;
    }

    private async Task<List<string>> NamesAsync(string layerId, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var request = new ListRequest { Prefix = $"{CollectionLayout.Notes}{layerId}/" };
        await foreach (var entry in store.ListAsync(request, cancellationToken).ConfigureAwait(false))
        {
            var digits = entry.Name.AsSpan(request.Prefix.Length);
            if (digits.Length == Digits && !digits.ContainsAnyExceptInRange('0', '9'))
                names.Add(entry.Name);
        }

        return names;
    }
}
