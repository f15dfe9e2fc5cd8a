using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Rows;

namespace Backup.Sql.Postgres.Changes;

/// <summary>
/// What rows were before and after each change, by relation: as lines of a binary COPY, for the server itself is to put
/// the past together out of them. The values are the stream's own bytes.
/// </summary>
internal sealed class RowLog(string? directory) : IChangeTarget, IDisposable
{
    private readonly Dictionary<uint, StreamedTable?> _relations = [];
    private readonly Dictionary<uint, LogLines> _lines = [];
    private readonly KeyFields _oldKey = new();
    private readonly KeyFields _newKey = new();
    private readonly TupleFields _old = new();
    private readonly TupleFields _new = new();
    private long _number;

    public void Describe(uint oid, StreamedTable? relation)
    {
        // One that has another form by now has a past only from then on, and nobody asks for what came before.
        if (_lines.TryGetValue(oid, out var lines) && !IsSame(_relations.GetValueOrDefault(oid), relation))
            lines.Lose();
        _relations[oid] = relation;
    }

    public void Truncate(uint oid) => LinesOf(oid).Lose();

    public void Take(uint oid, HlcTimestamp time, RowChange change)
    {
        var lines = LinesOf(oid);
        if (lines.IsLost)
            return;
        _old.Read(change.Old);
        _new.Read(change.New);
        if (_relations.GetValueOrDefault(oid) is not { } relation || !change.KnowsBefore || !HasAll(relation))
        {
            lines.Lose();
            return;
        }

        WriteKey(_oldKey, relation, change, _old, change.Old);
        WriteKey(_newKey, relation, change, _new, change.New);
        var moves = _old.Count > 0 && _new.Count > 0 && !_oldKey.Writer.Written.SequenceEqual(_newKey.Writer.Written);
        var row = new LoggedRow(relation, change, _old, _new);
        if (_old.Count > 0)
        {
            lines.Add(_oldKey.Writer.Written, ++_number, time, LineKind.Before, row);
            if (moves || _new.Count == 0)
                lines.Add(_oldKey.Writer.Written, ++_number, time, LineKind.Gone, row);
        }

        if (_new.Count > 0)
        {
            if (moves || _old.Count == 0)
                lines.Add(_newKey.Writer.Written, ++_number, time, LineKind.NotYet, row);
            lines.Add(_newKey.Writer.Written, ++_number, time, LineKind.After, row);
        }
    }

    /// <summary>The lines of a relation; null when nothing changed.</summary>
    public LogLines? Of(uint oid) => _lines.GetValueOrDefault(oid);

    public void Dispose()
    {
        foreach (var lines in _lines.Values)
            lines.Dispose();
        _oldKey.Dispose();
        _newKey.Dispose();
    }

    private static bool IsSame(StreamedTable? one, StreamedTable? other) =>
        one is not null && other is not null && one.Fields.SequenceEqual(other.Fields);

    /// <summary>
    /// True when each field is there in its binary form, in the new row or, unchanged, in the old one.
    /// </summary>
    private bool HasAll(StreamedTable relation)
    {
        foreach (var field in relation.Fields)
        {
            if (field < 0)
                return false;
            if (_old.Count > 0 && _old.Kind(field) is not (FieldKind.Binary or FieldKind.Null))
                return false;
            if (_new.Count > 0 && _new.Kind(field) is var kind && kind is not (FieldKind.Binary or FieldKind.Null)
                && (kind != FieldKind.Unchanged || _old.Count == 0))
                return false;
        }

        return true;
    }

    private void WriteKey(
        KeyFields key, StreamedTable relation, RowChange change, TupleFields fields, ReadOnlySpan<byte> tuple)
    {
        key.Writer.Reset();
        if (fields.Count == 0)
            return;
        for (var i = 0; i < relation.KeyFields.Count; i++)
        {
            var column = relation.Table.Columns[relation.Table.Key[i]];
            var place = relation.KeyFields[i];
            var field = fields.Kind(place) == FieldKind.Unchanged
                ? _old.Field(change.Old, place)
                : fields.Field(tuple, place);
            key.Write(column.Form, column.Element, field);
        }
    }

    private LogLines LinesOf(uint oid)
    {
        if (!_lines.TryGetValue(oid, out var lines))
            _lines.Add(oid, lines = new LogLines(directory));
        return lines;
    }
}
