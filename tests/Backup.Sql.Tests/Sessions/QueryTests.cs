using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Sessions;
using Backup.Sql.Sessions.Queries;
using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Sessions;

public sealed class QueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly ResultColumn[] Columns =
    [
        new("job_id", ResultType.Int), new("status", ResultType.String), new("created", ResultType.TimestampTz),
        new("fraction", ResultType.Float), new("finished", ResultType.TimestampTz), new("tags", ResultType.StringArray),
    ];

    private static readonly object?[][] Rows =
    [
        [1L, "running", Now.AddHours(-3), 0.25, null, new[] { "a" }],
        [2L, "paused", Now.AddHours(-2), 0.5, null, Array.Empty<string>()],
        [3L, "succeeded", Now.AddHours(-1), 1.0, Now, new[] { "a", "b" }],
        [4L, null, Now, 0.0, null, null],
    ];

    [Theory]
    [InlineData("1 + 2 * 3 - 4", 3L)]
    [InlineData("(1 + 2) * 3", 9L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("- 3 + 1", -2L)]
    [InlineData("'7'::INT + 1", 8L)]
    [InlineData("'7' + 1", 8L)]
    [InlineData("2.5::INT", 3L)]
    [InlineData("1e3::INT", 1000L)]
    [InlineData("1 / 4 * 4", "1.00")]
    [InlineData("0.1 + 0.2 = 0.3", true)]
    [InlineData("1.5::FLOAT + 1", 2.5)]
    [InlineData("1 = 1.0", true)]
    [InlineData("1 < 1.5::FLOAT", true)]
    [InlineData("2 > 10", false)]
    [InlineData("'2' > '10'", true)]
    [InlineData("2 > '10'", false)]
    [InlineData("'a' || 'b' || 3", "ab3")]
    [InlineData("true::INT", 1L)]
    [InlineData("'on'::BOOL", true)]
    [InlineData("42::STRING", "42")]
    [InlineData("false OR NULL", null)]
    [InlineData("true OR NULL", true)]
    [InlineData("false AND NULL", false)]
    [InlineData("true AND NULL", null)]
    [InlineData("NOT NULL", null)]
    [InlineData("NULL = NULL", null)]
    [InlineData("NULL IS NULL", true)]
    [InlineData("1 IS NOT NULL", true)]
    [InlineData("1 IN (1, NULL)", true)]
    [InlineData("2 IN (1, NULL)", null)]
    [InlineData("2 NOT IN (1, NULL)", null)]
    [InlineData("2 NOT IN (1, 3)", true)]
    [InlineData("2 IN ('2')", true)]
    [InlineData("'backup' LIKE 'b%p'", true)]
    [InlineData("'backup' LIKE 'B%'", false)]
    [InlineData("'backup' LIKE '______'", true)]
    [InlineData("'backup' LIKE '_____'", false)]
    [InlineData("'100%' LIKE '100\\%'", true)]
    [InlineData("'1000' LIKE '100\\%'", false)]
    [InlineData("'' LIKE '%'", true)]
    [InlineData("'aXbXc' LIKE '%X%X%'", true)]
    [InlineData("NULL LIKE 'a'", null)]
    [InlineData("'2026-11-20 11:00:00' < now()", true)]
    [InlineData("now() - '1h' = '2026-11-20T11:00:00Z'", true)]
    [InlineData("now() - '2026-11-20 11:30:00'::TIMESTAMPTZ = INTERVAL '30m'", true)]
    [InlineData("INTERVAL '1h' * 2 + INTERVAL '1m' / 2 = '2h30s'", true)]
    [InlineData("TIMESTAMPTZ '2026-11-20' = DATE '2026-11-20'", true)]
    [InlineData("lower('AB') || upper('c') || length('four')", "abC4")]
    [InlineData("coalesce(NULL, NULL, 3)", 3L)]
    [InlineData("ARRAY['a','b'] = ARRAY['a','b']", true)]
    [InlineData("$1 + 1", 43L)]
    [InlineData("$2 = 'paused'", true)]
    [InlineData("$3 IS NULL", true)]
    [InlineData("(SELECT job_id FROM [SHOW JOBS] WHERE status = 'paused')", 2L)]
    [InlineData("(SELECT job_id FROM [SHOW JOBS] WHERE status = 'none')", null)]
    [InlineData("3 IN (SELECT job_id FROM [SHOW JOBS])", true)]
    [InlineData("2 = ANYTHING", null, SqlStates.UndefinedColumn)]
    [InlineData("1 = 'x'", null, SqlStates.InvalidParameterValue)]
    [InlineData("1 = true", null, SqlStates.DatatypeMismatch)]
    [InlineData("1 AND true", null, SqlStates.DatatypeMismatch)]
    [InlineData("NOT 1", null, SqlStates.DatatypeMismatch)]
    [InlineData("1 LIKE '1'", null, SqlStates.DatatypeMismatch)]
    [InlineData("- 'a'", null, SqlStates.DatatypeMismatch)]
    [InlineData("now() + now()", null, SqlStates.DatatypeMismatch)]
    [InlineData("1 || 2", null, SqlStates.DatatypeMismatch)]
    [InlineData("now()::INT", null, SqlStates.DatatypeMismatch)]
    [InlineData("'x'::INT", null, SqlStates.InvalidParameterValue)]
    [InlineData("1::GEOMETRY", null, SqlStates.UndefinedFunction)]
    [InlineData("9223372036854775807 + 1", null, SqlStates.NumericValueOutOfRange)]
    [InlineData("- (-9223372036854775807 - 1)", null, SqlStates.NumericValueOutOfRange)]
    [InlineData("now() + INTERVAL '900y' * 100", null, SqlStates.NumericValueOutOfRange)]
    [InlineData("1 / 0", null, SqlStates.DivisionByZero)]
    [InlineData("1.0::FLOAT / 0", null, SqlStates.DivisionByZero)]
    [InlineData("INTERVAL '1h' / 0", null, SqlStates.DivisionByZero)]
    [InlineData("(SELECT job_id FROM [SHOW JOBS])", null, SqlStates.CardinalityViolation)]
    [InlineData("(SELECT * FROM [SHOW JOBS])", null, SqlStates.DatatypeMismatch)]
    [InlineData("count(*)", null, SqlStates.UndefinedFunction)]
    [InlineData("DEFAULT", null, SqlStates.InvalidParameterValue)]
    [InlineData("$4", null, SqlStates.UndefinedParameter)]
    public async Task An_expression_has_the_value_that_SQL_gives_it(string text, object? expected, string? error = null)
    {
        async Task<object?> Evaluate() => (await RunAsync($"SELECT {text}")).Rows.Single().Single();
        if (error is null)
        {
            var value = await Evaluate();
            Assert.Equal(expected, value is decimal number ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : value);
            return;
        }

        var failure = await Assert.ThrowsAsync<BackupSqlException>(Evaluate);
        Assert.True(failure.SqlState == error, $"{failure.SqlState} {failure.Message}");
        Assert.True(failure.Line > 0 && failure.Hint is not null);
    }

    [Theory]
    [InlineData("SELECT job_id FROM [SHOW JOBS]", "1 2 3 4")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] WHERE status <> 'paused'", "1 3")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] WHERE status IS NULL OR finished IS NOT NULL", "3 4")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY fraction DESC", "3 2 1 4")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY status", "4 2 1 3")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY finished IS NULL, created DESC", "3 4 2 1")]
    [InlineData("SELECT job_id AS id FROM [SHOW JOBS] ORDER BY id DESC LIMIT 2", "4 3")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY 1 DESC LIMIT 1 + 1", "4 3")]
    [InlineData("SELECT j.job_id FROM [SHOW JOBS] AS j WHERE j.status = 'running'", "1")]
    [InlineData("SELECT JOB_ID FROM [SHOW JOBS] WHERE \"status\" = 'running'", "1")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] LIMIT NULL", "1 2 3 4")]
    [InlineData("SELECT job_id FROM [SHOW JOBS] WHERE NULL", "")]
    [InlineData("WITH x AS (SELECT job_id AS n FROM [SHOW JOBS] WHERE fraction > 0) SELECT n * 10 FROM x", "10 20 30")]
    [InlineData("WITH x AS (VALUES (5), (6)) SELECT column1 FROM x WHERE column1 > 5", "6")]
    [InlineData("SELECT n FROM [SELECT job_id AS n FROM [SHOW JOBS]] WHERE n > 3", "4")]
    [InlineData("VALUES (1 + 1), (3)", "2 3")]
    [InlineData("(VALUES (1))", "1")]
    public async Task A_query_gives_the_rows_that_SQL_gives_it(string sql, string expected)
    {
        var rows = await RunAsync(sql);
        Assert.Equal(expected, string.Join(' ', rows.Rows.Select(row => row.Single())));
    }

    [Theory]
    [InlineData("SELECT job_id FROM nothing", SqlStates.UndefinedTable)]
    [InlineData("SELECT x.job_id FROM [SHOW JOBS] AS j", SqlStates.UndefinedTable)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY 2", SqlStates.UndefinedColumn)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] ORDER BY 0", SqlStates.UndefinedColumn)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] LIMIT 'many'", SqlStates.InvalidParameterValue)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] LIMIT job_id", SqlStates.UndefinedColumn)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] LIMIT 1.5", SqlStates.DatatypeMismatch)]
    [InlineData("SELECT job_id FROM [SHOW JOBS] WHERE fraction", SqlStates.DatatypeMismatch)]
    [InlineData("SELECT x FROM [SELECT 1 AS x, 2 AS x]", SqlStates.AmbiguousName)]
    [InlineData("VALUES (1), (2, 3)", SqlStates.SyntaxError)]
    [InlineData("VALUES (1), (true)", SqlStates.DatatypeMismatch)]
    public async Task A_query_that_makes_no_sense_is_refused(string sql, string error)
    {
        var failure = await Assert.ThrowsAsync<BackupSqlException>(() => RunAsync(sql));
        Assert.True(failure.SqlState == error, $"{failure.SqlState} {failure.Message}");
    }

    [Fact]
    public async Task What_is_wrong_is_wrong_without_rows_too() => Assert.Equal(
        SqlStates.DatatypeMismatch,
        (await Assert.ThrowsAsync<BackupSqlException>(
            () => RunAsync("SELECT job_id FROM [SHOW JOBS] WHERE status = 1", rows: []))).SqlState);

    [Fact]
    public void A_pattern_with_many_stars_costs_no_more_than_its_length_times_the_texts() =>
        Assert.False(Values.IsLike(new string('a', 20_000), string.Concat(Enumerable.Repeat("a%", 200)) + "b"));

    private static Task<RowSet> RunAsync(string sql, object?[][]? rows = null)
    {
        var statement = (ShowJobsStatement)BackupSqlParser.ParseStatement($"SHOW JOBS {sql}");
        var query = ((JobsByQuery)statement.Selection!).Query;
        return new QueryRunner(
            new QueryValues([42, "paused", null], Now),
            (_, _) => Task.FromResult(ResultSet.Of("SHOW JOBS", Columns, rows ?? Rows))).RunAsync(query, CancellationToken.None);
    }
}
