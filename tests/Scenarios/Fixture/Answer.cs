using Backup.Sql.Sessions;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>What a statement gave, read to its end.</summary>
internal sealed record Answer(string Tag, IReadOnlyList<ResultColumn> Columns, Table Rows, IReadOnlyList<string> Notices)
{
    public T Value<T>(string column, int row = 0) => Rows.Value<T>(row, column);
}
