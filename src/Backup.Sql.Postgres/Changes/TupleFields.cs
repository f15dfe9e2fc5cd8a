namespace Backup.Sql.Postgres.Changes;

/// <summary>Where the fields of one tuple lie.</summary>
internal sealed class TupleFields
{
    private FieldKind[] _kinds = [];
    private int[] _starts = [];
    private int[] _lengths = [];

    /// <summary>How many fields there are; 0 for no tuple.</summary>
    public int Count { get; private set; }

    /// <summary>Goes through a tuple.</summary>
    public void Read(ReadOnlySpan<byte> tuple)
    {
        Count = 0;
        if (tuple.IsEmpty)
            return;
        var reader = new MessageReader(tuple);
        var fields = reader.ReadInt16();
        if (_kinds.Length < fields)
            (_kinds, _starts, _lengths) = (new FieldKind[fields], new int[fields], new int[fields]);
        for (; Count < fields; Count++)
        {
            _kinds[Count] = reader.ReadField(out var field);
            _starts[Count] = tuple.Length - reader.Left - field.Length;
            _lengths[Count] = field.Length;
        }
    }

    public FieldKind Kind(int field) => _kinds[field];

    /// <summary>A field's bytes.</summary>
    public ReadOnlySpan<byte> Field(ReadOnlySpan<byte> tuple, int field) =>
        tuple.Slice(_starts[field], _lengths[field]);
}
