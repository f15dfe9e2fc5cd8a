using Backup.Sql.Sqlite.Catalog;
using Backup.Sql.Sqlite.Interop;

namespace Backup.Sql.Sqlite.History;

/// <summary>
/// Tells of each tracked table whether its triggers were there, and enough, for all that happened since the last mark.
/// </summary>
/// <param name="connection">Reads in the mark's transaction.</param>
/// <param name="master">What <c>sqlite_master</c> holds now.</param>
/// <param name="isProven">False when the schema went through more than its two ends show.</param>
/// <param name="isWitnessed">True when the engine ran the statements itself and no row was written in between.</param>
/// <param name="isVacuumed">True when rows without a lasting key may have other rowids.</param>
internal sealed class ContinuityJudge(
    Connection connection, List<MasterRow> master, bool isProven, bool isWitnessed, bool isVacuumed)
{
    private static readonly StringComparer Names = AsciiIgnoreCaseComparer.Instance;

    /// <summary>What <c>sqlite_master</c> holds now.</summary>
    public IReadOnlyList<MasterRow> Master => master;

    /// <summary>Reads the tables as they are now.</summary>
    public DefinitionReader Definitions { get; } = new(connection, master);

    /// <summary>Judges one table.</summary>
    public Continuity Judge(TableDefinition table)
    {
        var triggers = TriggerText.Names(table.Number)
            .Select(name => master.FirstOrDefault(row => row.Type == "trigger" && row.Name == name)).ToList();
        if (triggers.Contains(null) || triggers.Any(trigger => !Names.Equals(trigger!.Table, triggers[0]!.Table)))
            return new Continuity(false, false, null);
        var row = master.First(other => other.Type == "table" && Names.Equals(other.Name, triggers[0]!.Table));
        if (!Definitions.TryRead(row, out var now))
            return new Continuity(false, false, null);
        now = now with { Number = table.Number };
        var later = LaterTriggers(triggers[0]!, row.Name);
        var caught = isProven
            && (!isVacuumed || table.HasLastingKey)
            && Follows(table, now, triggers!)
            && (isWitnessed || !later.Exists(trigger => FiresAfterInsert(trigger.Sql!)));
        return new Continuity(caught && later.Count == 0 && now.IsSame(table), caught, now);
    }

    /// <summary>
    /// True when a table is the one before, perhaps under other names and with columns added, and its triggers say what
    /// they said, in those names.
    /// </summary>
    private bool Follows(TableDefinition before, TableDefinition now, List<MasterRow?> triggers)
    {
        var count = before.Columns.Count;
        if (now.Columns.Count < count
            || now.HasLastingKey != before.HasLastingKey
            || !now.Key.SequenceEqual(before.Key))
        {
            return false;
        }

        var renamed = before with
        {
            Name = now.Name,
            Columns = [.. now.Columns.Take(count)],
            RowId = RenamedRowId(before, now),
            UniqueKeys = [.. before.UniqueKeys.Select(key => (IReadOnlyList<UniquePart>)
                [.. key.Select(part => Renamed(part, before, now))])],
        };
        if (renamed.RowId != now.RowId)
            return false;

        // A key that REPLACE knew of and the triggers did not: rows may have gone unseen.
        if (!isWitnessed && !now.UniqueKeys.All(key => renamed.UniqueKeys.Any(key.SequenceEqual)))
            return false;
        var expected = new TriggerText(renamed, before.Columns).Triggers();
        return expected.Zip(triggers).All(pair => SaysTheSame(pair.First, pair.Second!.Sql!));
    }

    private static string? RenamedRowId(TableDefinition before, TableDefinition now)
    {
        var column = before.RowId is null
            ? -1
            : before.Columns.ToList().FindIndex(name => Names.Equals(name, before.RowId));
        return column < 0 ? before.RowId : now.Columns[column];
    }

    private static UniquePart Renamed(UniquePart part, TableDefinition before, TableDefinition now)
    {
        var column = before.Columns.ToList().FindIndex(name => part.Stored == Connection.Quote(name));
        if (column < 0)
            return part;
        var name = Connection.Quote(now.Columns[column]);
        return part with { Stored = name, Written = "NEW." + name, Replaced = "OLD." + name };
    }

    /// <summary>ALTER TABLE writes names into the text with quotes of its own.</summary>
    private static bool SaysTheSame(string expected, string found)
    {
        if (expected == found)
            return true;
        var (one, other) = (new SqlText(expected), new SqlText(found));
        if (one.Count != other.Count)
            return false;
        for (var i = 0; i < one.Count; i++)
        {
            var same = one[i].CanBeName && other[i].CanBeName
                ? Names.Equals(one.Name(i), other.Name(i))
                : one.Span(i).SequenceEqual(other.Span(i));
            if (!same)
                return false;
        }

        return true;
    }

    /// <summary>
    /// The user's triggers that are newer than ours, and so run before them. One that changes the row that was just
    /// inserted would have that logged before the row's coming.
    /// </summary>
    private List<MasterRow> LaterTriggers(MasterRow ours, string table) =>
        [.. master.Skip(master.IndexOf(ours)).Where(row =>
            row.Type == "trigger" && Names.Equals(row.Table, table) && !HistoryNames.IsOwn(row.Name))];

    private static bool FiresAfterInsert(string trigger)
    {
        var text = new SqlText(trigger);
        var on = text.FindOutside(0, "ON");
        var before = Enumerable.Range(0, Math.Max(0, on));
        return on < 0 || (before.Any(i => text.IsWord(i, "INSERT")) && !before.Any(i => text.IsWord(i, "BEFORE")));
    }
}
