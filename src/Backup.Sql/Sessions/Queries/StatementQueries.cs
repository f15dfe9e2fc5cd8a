using System.Globalization;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>
/// Answers the queries by which a statement picks jobs and schedules, and puts the ids that they give in their place:
/// what is bound names its objects.
/// </summary>
internal sealed class StatementQueries(QueryRunner runner)
{
    public async Task<Statement> AnswerAsync(Statement statement, CancellationToken cancellationToken) =>
        statement switch
        {
            ExplainStatement explain => explain with
            {
                Inner = await AnswerAsync(explain.Inner, cancellationToken).ConfigureAwait(false),
            },
            ShowJobsStatement { Selection: { } selection } show => show with
            {
                Selection = await AnswerAsync(selection, cancellationToken).ConfigureAwait(false),
            },
            ControlJobsStatement control => control with
            {
                Selection = await AnswerAsync(control.Selection, cancellationToken).ConfigureAwait(false),
            },
            AlterJobOwnerStatement alter => alter with
            {
                Job = await AnswerAsync(alter.Job, cancellationToken).ConfigureAwait(false),
            },
            ControlSchedulesStatement control => control with
            {
                Schedules = await AnswerAsync(control.Schedules, cancellationToken).ConfigureAwait(false),
            },
            ShowScheduleStatement show => show with
            {
                Schedule = await AnswerAsync(show.Schedule, cancellationToken).ConfigureAwait(false),
            },
            ShowCreateScheduleStatement { Schedule: { } schedule } show => show with
            {
                Schedule = await AnswerAsync(schedule, cancellationToken).ConfigureAwait(false),
            },
            _ => statement,
        };

    private async Task<JobSelection> AnswerAsync(JobSelection selection, CancellationToken cancellationToken) =>
        selection switch
        {
            JobsByQuery jobs => jobs with
            {
                Query = await AnswerAsync(jobs.Query, cancellationToken).ConfigureAwait(false),
            },
            JobsOfSchedules jobs => jobs with
            {
                Schedules = await AnswerAsync(jobs.Schedules, cancellationToken).ConfigureAwait(false),
            },
            _ => selection,
        };

    private async Task<Expression> AnswerAsync(Expression id, CancellationToken cancellationToken)
    {
        var list = new ValuesQuery([[id]]) { Span = id.Span };
        return await AnswerAsync(list, cancellationToken).ConfigureAwait(false) is ValuesQuery { Rows: [[var answer]] }
            ? answer
            : throw Errors.NoValue("NULL", ValueBinder.PlaceOf(id));
    }

    private async Task<Query> AnswerAsync(Query query, CancellationToken cancellationToken)
    {
        while (query is ParenthesizedQuery parenthesized)
            query = parenthesized.Inner;

        // Numbers that are written down are the binder's to read.
        if (query is ValuesQuery list && list.Rows.All(row => row.Count == 1 && IsPlain(row[0])))
            return query;
        var rows = await runner.RunAsync(query, cancellationToken).ConfigureAwait(false);
        if (rows.Columns.Count != 1)
            throw Errors.NotOneColumn(rows.Columns.Count, "one column of ids", ValueBinder.PlaceOf(query));
        if (rows.Columns[0].Type is not (SqlType.Int or SqlType.Null))
            throw Errors.TypeMismatch("an id", "INT", rows.Columns[0].Type.ToText(), ValueBinder.PlaceOf(query));
        var ids = rows.Rows.Select(row => row[0]).OfType<long>();
        return new ValuesQuery([.. ids.Select(id => RowOf(id, query.Span))]) { Span = query.Span };
    }

    private static bool IsPlain(Expression expression) => expression is NumberLiteral or StringOrPlaceholder;

    private static ValueList<Expression> RowOf(long id, SourceSpan span) =>
        [new NumberLiteral(id.ToString(CultureInfo.InvariantCulture)) { Span = span }];
}
