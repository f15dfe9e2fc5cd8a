namespace Backup.Sql.Postgres.Changes;

/// <summary>A change with the places of its fields.</summary>
/// <param name="relation">The relation.</param>
/// <param name="change">The change.</param>
/// <param name="old">The fields of the row before.</param>
/// <param name="now">The fields of the row after.</param>
internal readonly ref struct LoggedRow(
    StreamedTable relation, RowChange change, TupleFields old, TupleFields now)
{
    private readonly RowChange _change = change;

    public StreamedTable Relation { get; } = relation;

    /// <summary>Gives a column's value.</summary>
    /// <param name="column">The column's number.</param>
    /// <param name="isNew">Whether the row after is asked for.</param>
    /// <param name="field">The value.</param>
    /// <returns>False for NULL.</returns>
    public bool TryGet(int column, bool isNew, out ReadOnlySpan<byte> field)
    {
        var place = Relation.Fields[column];
        if (isNew && now.Kind(place) != FieldKind.Unchanged)
        {
            field = now.Field(_change.New, place);
            return now.Kind(place) == FieldKind.Binary;
        }

        field = old.Field(_change.Old, place);
        return old.Kind(place) == FieldKind.Binary;
    }
}
