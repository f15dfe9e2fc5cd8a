namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A result that is all there.</summary>
internal sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    public int Column(string name)
    {
        var index = Columns.ToList().IndexOf(name);
        return index >= 0
            ? index
            : throw new InvalidOperationException($"There is no column {name}; there are {string.Join(", ", Columns)}.");
    }

    public T Value<T>(int row, string column) => (T)Rows[row][Column(column)]!;
}
