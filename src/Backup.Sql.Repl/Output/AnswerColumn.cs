using Backup.Sql.Sessions;

namespace Backup.Sql.Repl.Output;

/// <summary>A column of an answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; null where the database decides value by value, as SQLite does.</param>
internal sealed record AnswerColumn(string Name, ResultType? Type);
