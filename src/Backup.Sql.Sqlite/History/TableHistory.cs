using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Sqlite.Catalog;

namespace Backup.Sql.Sqlite.History;

/// <summary>What a table's log tells of a window that ends with the snapshot.</summary>
internal sealed class TableHistory
{
    /// <summary>Finds the window in the log.</summary>
    /// <param name="state">The database's history, in the snapshot.</param>
    /// <param name="table">The table.</param>
    /// <param name="window">The window; one without a start means all the history that is kept.</param>
    /// <exception cref="Diagnostics.BackupSqlException">22008 not all that happened in the window is known.</exception>
    public TableHistory(HistoryState state, string table, ExportWindow window)
    {
        var tracked = state.Find(table) ?? throw SqliteErrors.NotCaught(table, window.Start);
        HasBase = window.Start.IsZero;
        var start = HasBase
            ? state.Start
            : state.Exactly(window.Start) ?? throw SqliteErrors.NotCaught(table, window.Start);
        if (!HasBase && !window.AllVersions && !tracked.Definition.HasLastingKey)
            throw SqliteErrors.NotCaught(table, window.Start);

        // A table that was made since the start has no versions before; one that was another then has some of another
        // form.
        var isAltered = state.Tables.Any(other => other.Until > start.Id
            && (other.Successor == tracked.Definition.Number
                || AsciiIgnoreCaseComparer.Instance.Equals(other.Definition.Name, table)));
        if (tracked.Since > start.Id && (isAltered || !HasBase))
            throw SqliteErrors.NotCaught(table, start.Time);
        Table = tracked.Definition;
        var first = tracked.Since > start.Id ? state.Mark(tracked.Since) : start;
        Start = first.Time;
        Lines = state.LinesAfter(Table, first);
        FirstLine = state.FirstAfter(Table, first.Id);
        if (!state.TellsKeysApart(Table, FirstLine))
            throw SqliteErrors.NotCaught(table, first.Time);
    }

    /// <summary>The table's definition.</summary>
    public TableDefinition Table { get; }

    /// <summary>The time of the mark at which the window starts.</summary>
    public HlcTimestamp Start { get; }

    /// <summary>The lines in the window, by the marks between which they were written; ascending.</summary>
    public IReadOnlyList<LoggedSpan> Lines { get; }

    /// <summary>The first line of the log in the window.</summary>
    public long FirstLine { get; }

    /// <summary>True when the rows at the first mark belong to the window.</summary>
    public bool HasBase { get; }
}
