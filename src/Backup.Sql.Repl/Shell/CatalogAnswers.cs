using Backup.Sql.Catalog;
using Backup.Sql.Repl.Output;
using Backup.Sql.Sessions;

namespace Backup.Sql.Repl.Shell;

/// <summary>Turns catalogs into answers, so that <c>\l</c> and <c>\d</c> print in every format.</summary>
internal static class CatalogAnswers
{
    /// <summary>Answers <c>\l</c>.</summary>
    /// <param name="current">The current database.</param>
    /// <param name="databases">All databases.</param>
    public static Answer Databases(string? current, IReadOnlyList<DatabaseDescriptor> databases) => Of(
        [Text("database"), new("current", ResultType.Bool)],
        databases.Select(database => (IReadOnlyList<object?>)[database.Name, database.Name == current]));

    /// <summary>Answers <c>\d</c>.</summary>
    /// <param name="objects">What is in the database.</param>
    public static Answer Objects(IReadOnlyList<ObjectDescriptor> objects) => Of(
        [Text("name"), Text("kind")],
        objects
            .Where(item => item is not SchemaDescriptor)
            .OrderBy(item => item.Name, StringComparer.OrdinalIgnoreCase)
            .Select(item => (IReadOnlyList<object?>)[item.Name, KindOf(item)]));

    /// <summary>Answers <c>\d NAME</c>.</summary>
    /// <param name="objects">What is in the database.</param>
    /// <param name="name">The object's name; ASCII letters match in any case.</param>
    /// <returns>The answer, or null when there is no such object.</returns>
    public static Answer? Describe(IReadOnlyList<ObjectDescriptor> objects, string name)
    {
        var found = objects.FirstOrDefault(item => item.Name == name)
            ?? objects.FirstOrDefault(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found switch
        {
            null => null,
            TableDescriptor table => Columns(table),
            _ => Of([Text("name"), Text("kind"), Text("definition")], [[found.Name, KindOf(found), found.Ddl]]),
        };
    }

    private static Answer Columns(TableDescriptor table) => Of(
        [Text("column"), Text("type"), new("nullable", ResultType.Bool), new("key", ResultType.Int)],
        table.Columns.Select(column => (IReadOnlyList<object?>)
        [
            column.Name,
            column.EngineType ?? column.Type.Kind.ToString(),
            column.Nullable,
            KeyPlace(table, column.Name),
        ]));

    private static object? KeyPlace(TableDescriptor table, string column)
    {
        for (var i = 0; i < table.PrimaryKey.Count; i++)
        {
            if (table.PrimaryKey[i] == column)
                return i + 1L;
        }

        return null;
    }

    private static string KindOf(ObjectDescriptor item) => item switch
    {
        TableDescriptor => "table",
        ViewDescriptor => "view",
        SequenceDescriptor => "sequence",
        TriggerDescriptor => "trigger",
        FunctionDescriptor => "function",
        TypeDescriptor => "type",
        SchemaDescriptor => "schema",
        _ => "database",
    };

    private static AnswerColumn Text(string name) => new(name, ResultType.String);

    private static Answer Of(IReadOnlyList<AnswerColumn> columns, IEnumerable<IReadOnlyList<object?>> rows) =>
        new("", columns, rows.ToAsyncEnumerable(), []);
}
