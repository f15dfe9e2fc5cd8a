using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Execution;
using Backup.Sql.Repl.Output;
using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Tests.Shell;

/// <summary>A session that remembers what it was asked and answers by rule.</summary>
internal sealed class FakeSession : ISqlSession
{
    public string? CurrentDatabase { get; set; }

    public List<string> Databases { get; } = [];

    public List<string> Tables { get; } = [];

    public List<string> Executed { get; } = [];

    public Task UseAsync(string database, CancellationToken cancellationToken)
    {
        if (!Databases.Contains(database))
            throw new BackupSqlException(SqlStates.UndefinedDatabase, "no such database");
        CurrentDatabase = database;
        return Task.CompletedTask;
    }

    public async Task<Answer> ExecuteAsync(
        string statement, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        Executed.Add(statement);
        if (statement.StartsWith("FAIL", StringComparison.Ordinal))
            throw new BackupSqlException(SqlStates.SyntaxError, "refused") { Line = 1, Column = 2 };
        if (statement == "WAIT")
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (statement == "BUG")
            throw new InvalidOperationException("defect");
        IReadOnlyList<object?>[] rows = [[1L]];
        return new Answer("SELECT 1", [new AnswerColumn("one", null)], rows.ToAsyncEnumerable(), ["Mind the gap."]);
    }

    public Task<IReadOnlyList<DatabaseDescriptor>> GetDatabasesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DatabaseDescriptor>>(
            [.. Databases.Select((name, i) => new DatabaseDescriptor { Id = i, Database = name, Name = name })]);

    public Task<IReadOnlyList<ObjectDescriptor>> GetObjectsAsync(
        string database, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ObjectDescriptor>>(
        [
            .. Tables.Select((name, i) => new TableDescriptor
            {
                Id = i,
                Database = database,
                Name = name,
                PrimaryKey = ["id"],
                Columns =
                [
                    new() { Name = "id", Type = new ColumnType(ColumnKind.Integer), Nullable = false },
                    new() { Name = "note", Type = new ColumnType(ColumnKind.Text), EngineType = "VARCHAR(10)" },
                ],
            }),
        ]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
