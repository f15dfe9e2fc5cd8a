using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Connections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Administration;

/// <summary>Carries out the statements about external connections.</summary>
internal sealed class ConnectionStatements(BackupHost host, Rights rights)
{
    private static readonly ResultColumn[] Columns =
    [
        new("connection_name", ResultType.String), new("connection_uri", ResultType.String),
        new("connection_type", ResultType.String),
    ];

    private static readonly ResultColumn[] StatementColumns =
        [new("connection_name", ResultType.String), new("create_statement", ResultType.String)];

    private readonly GrantBook _grants = new(host.Options.StateStore);

    public async Task<StatementResult> RunAsync(BoundConnections bound, CancellationToken cancellationToken) =>
        bound switch
        {
            BoundCreateConnection create => await CreateAsync(create, cancellationToken).ConfigureAwait(false),
            BoundAlterConnection alter => await AlterAsync(alter, cancellationToken).ConfigureAwait(false),
            BoundDropConnection drop => await DropAsync(drop, cancellationToken).ConfigureAwait(false),
            BoundCheckConnection check => await new ConnectionProbe(host).RunAsync(check, cancellationToken)
                .ConfigureAwait(false),
            BoundShowConnections show => Show(show),
            _ => throw new InvalidOperationException(bound.GetType().Name),
        };

    private async Task<StatementResult> CreateAsync(BoundCreateConnection create, CancellationToken cancellationToken)
    {
        if (create.Connection is { } connection)
        {
            if (!await host.Connections.TryAddAsync(connection, cancellationToken).ConfigureAwait(false))
                throw Errors.ConnectionExists(connection.Name, default);
            // Who makes a connection may do everything with it; an administrator may anyway.
            if (!await rights.IsAdminAsync(cancellationToken).ConfigureAwait(false))
            {
                var on = Securable.Connection(connection.Name);
                await host.Roles.AddAsync(connection.Owner, cancellationToken).ConfigureAwait(false);
                await _grants.AddAsync(
                    connection.Owner, on, on.AllPrivileges(), withGrantOption: true, cancellationToken)
                        .ConfigureAwait(false);
            }
        }

        return ResultSet.Empty("CREATE EXTERNAL CONNECTION", create.Notices);
    }

    private async Task<StatementResult> AlterAsync(BoundAlterConnection alter, CancellationToken cancellationToken)
    {
        if (alter.Location is { } location
            && !await host.Connections.TryChangeAsync(alter.Name, location, alter.Type, cancellationToken)
                .ConfigureAwait(false))
            throw Errors.ConnectionNotFound(alter.Name, []);
        return ResultSet.Empty("ALTER EXTERNAL CONNECTION", alter.Notices);
    }

    private async Task<StatementResult> DropAsync(BoundDropConnection drop, CancellationToken cancellationToken)
    {
        // The grants first: a connection made anew must not inherit them, even if the process dies here.
        await _grants.ForgetAsync(Securable.Connection(drop.Name), cancellationToken).ConfigureAwait(false);
        await host.Connections.RemoveAsync(drop.Name, cancellationToken).ConfigureAwait(false);
        return ResultSet.Empty("DROP EXTERNAL CONNECTION");
    }

    private StatementResult Show(BoundShowConnections show) => show.AsStatements
        ? ResultSet.Of(
            $"SHOW CREATE EXTERNAL CONNECTIONS {show.Connections.Count}",
            StatementColumns,
            show.Connections.Select(c => (IReadOnlyList<object?>)[c.Name, StatementOf(c)]))
        : ResultSet.Of(
            $"SHOW EXTERNAL CONNECTIONS {show.Connections.Count}",
            Columns,
            show.Connections.Select(c => (IReadOnlyList<object?>)
            [
                c.Name, UriText.Redact(c.Location, c.Type == ConnectionType.Kms),
                c.Type.ToString().ToUpperInvariant(),
            ]));

    private string StatementOf(ConnectionRecord connection)
    {
        var location = host.Options.SecretVault.Open(connection.Location).Text;
        return SqlFormatter.Format(
            new CreateExternalConnectionStatement(
                new StringLiteral(connection.Name), new StringLiteral(location), false),
            FormatMode.Exposed);
    }
}
