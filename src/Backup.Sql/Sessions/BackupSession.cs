using System.Runtime.CompilerServices;
using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing;
using Backup.Sql.Sessions.Queries;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions;

/// <summary>
/// The one door: takes statements, gives results. A session remembers a user and a current database; it may be used
/// from one thread at a time.
/// </summary>
public sealed class BackupSession
{
    private readonly BackupHost _host;
    private readonly SessionOptions _options;

    internal BackupSession(BackupHost host, SessionOptions options)
    {
        _host = host;
        _options = options;
        CurrentDatabase = options.CurrentDatabase;
    }

    /// <summary>The database that bare table names mean; null for none.</summary>
    public string? CurrentDatabase { get; set; }

    /// <summary>Runs one statement.</summary>
    /// <param name="sql">The statement; a closing semicolon may be there.</param>
    /// <param name="parameters">Values of the placeholders; the first is $1.</param>
    /// <param name="cancellationToken">Cancels the statement: it ends with 57014 and leaves nothing behind.</param>
    /// <returns>Columns, rows, notices and a tag.</returns>
    /// <exception cref="BackupSqlException">The statement failed; nothing was changed. Its detail shows the
    /// place.</exception>
    public async Task<StatementResult> ExecuteAsync(
        string sql, IReadOnlyList<object?>? parameters = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var statement = BackupSqlParser.ParseStatement(sql);
        return await ExecuteAsync(sql, statement, parameters ?? [], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs the statements of a script one after the other, and stops at the first that fails. A syntax error anywhere
    /// is found before the first one runs.
    /// </summary>
    /// <param name="sql">The statements, separated by semicolons.</param>
    /// <param name="parameters">Values of the placeholders of all of them.</param>
    /// <param name="cancellationToken">Cancels the statement at work and those after it.</param>
    /// <returns>A result per statement, as each is done.</returns>
    /// <exception cref="BackupSqlException">A statement failed; those before it have been carried out.</exception>
    public async IAsyncEnumerable<StatementResult> ExecuteScriptAsync(
        string sql,
        IReadOnlyList<object?>? parameters = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        foreach (var statement in BackupSqlParser.Parse(sql))
            yield return await ExecuteAsync(sql, statement, parameters ?? [], cancellationToken).ConfigureAwait(false);
    }

    private async Task<StatementResult> ExecuteAsync(
        string sql, Statement statement, IReadOnlyList<object?> parameters, CancellationToken cancellationToken)
    {
        try
        {
            await _host.LiftStandingPausesOnceAsync(cancellationToken).ConfigureAwait(false);
            return await RunAsync(statement, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (error is { Line: > 0, Detail: null })
        {
            throw error.WithSource(SecretMask.Of(sql));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw Errors.Cancelled();
        }
        catch (Exception error) when (error is not BackupSqlException)
        {
            throw Errors.Internal(error);
        }
    }

    private async Task<StatementResult> RunAsync(
        Statement statement, IReadOnlyList<object?> parameters, CancellationToken cancellationToken)
    {
        await _host.Settings.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var values = new QueryValues(parameters, _host.Options.TimeProvider.GetUtcNow());
        var queries = new QueryRunner(values, (show, token) => RunAsync(show, parameters, token));
        statement = await new StatementQueries(queries).AnswerAsync(statement, cancellationToken).ConfigureAwait(false);
        var bound = await Binder(parameters).BindAsync(statement, cancellationToken).ConfigureAwait(false);
        return await new StatementRunner(_host, _options.User, _options.Progress)
            .RunAsync(statement, bound, cancellationToken).ConfigureAwait(false);
    }

    private StatementBinder Binder(IReadOnlyList<object?> parameters) => new(Context(parameters));

    /// <summary>What a statement of this session is bound against.</summary>
    internal BindingContext Context(IReadOnlyList<object?> parameters) => new()
    {
        Parameters = parameters,
        Now = _host.Options.TimeProvider.GetUtcNow(),
        CurrentDatabase = CurrentDatabase,
        Engines = _host.Engines,
        DefaultEngine = _host.DefaultEngine,
        PauseControllers = _host.Options.PauseControllers,
        Providers = _host.Providers,
        Keys = _host.KeyServices,
        Vault = _host.Options.SecretVault,
        Connections = _host.Connections,
        Rights = new Rights(_host.Authorizer, _options.User),
        Compression = _host.Settings.Backup.Compression,
        CompressionLevel = _host.Settings.Backup.CompressionLevel,
        UseBackupsWithIds = _options.UseBackupsWithIds,
    };
}
