using Backup.Sql.Access;
using Backup.Sql.Connections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the statements about external connections.</summary>
internal sealed class ConnectionsBinder(BindingContext context, ValueBinder values)
{
    private const long DefaultTransfer = 32L << 20;
    private const long LargestTransfer = 64L << 30;

    public async ValueTask<BoundStatement> BindAsync(Statement statement, CancellationToken cancellationToken) =>
        statement switch
        {
            CreateExternalConnectionStatement create =>
                await CreateAsync(create, cancellationToken).ConfigureAwait(false),
            AlterExternalConnectionStatement alter => await AlterAsync(alter, cancellationToken).ConfigureAwait(false),
            DropExternalConnectionStatement drop => await DropAsync(drop, cancellationToken).ConfigureAwait(false),
            CheckExternalConnectionStatement check => await CheckAsync(check, cancellationToken).ConfigureAwait(false),
            ShowExternalConnectionsStatement show => await ShowAsync(show, cancellationToken).ConfigureAwait(false),
            ShowCreateExternalConnectionStatement show =>
                await ShowCreateAsync(show, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException(statement.Kind),
        };

    private async ValueTask<BoundCreateConnection> CreateAsync(
        CreateExternalConnectionStatement statement, CancellationToken cancellationToken)
    {
        var place = ValueBinder.PlaceOf(statement.Name);
        await context.Rights
            .RequireAsync(Privilege.ExternalConnection, Securable.System, place, cancellationToken)
                .ConfigureAwait(false);
        var name = values.Text(statement.Name);
        if (name.Length == 0 || name.AsSpan().ContainsAny("/?@%"))
            throw Errors.ConnectionNameEmpty(place);
        if (await context.Connections.FindAsync(name, cancellationToken).ConfigureAwait(false) is not null)
        {
            return statement.IfNotExists
                ? new BoundCreateConnection(Connection: null)
                {
                    Notices = [$"external connection \"{name}\" exists already, left as it is"],
                }
                : throw Errors.ConnectionExists(name, place);
        }

        var (location, type) = await TargetAsync(name, statement.Uri, cancellationToken).ConfigureAwait(false);
        return new BoundCreateConnection(new ConnectionRecord(name, location, type, context.Rights.User));
    }

    private async ValueTask<BoundAlterConnection> AlterAsync(
        AlterExternalConnectionStatement statement, CancellationToken cancellationToken)
    {
        var name = values.Text(statement.Name);
        if (statement.IfExists
            && await context.Connections.FindAsync(name, cancellationToken).ConfigureAwait(false) is null)
        {
            return new BoundAlterConnection(name, Location: null, default)
            {
                Notices = [$"there is no external connection \"{name}\", nothing was changed"],
            };
        }

        await GetAsync(statement.Name, Privilege.Update, cancellationToken).ConfigureAwait(false);
        var (location, type) = await TargetAsync(name, statement.Uri, cancellationToken).ConfigureAwait(false);
        return new BoundAlterConnection(name, location, type);
    }

    private async ValueTask<BoundDropConnection> DropAsync(
        DropExternalConnectionStatement statement, CancellationToken cancellationToken)
    {
        var connection = await GetAsync(statement.Name, Privilege.Drop, cancellationToken).ConfigureAwait(false);
        return new BoundDropConnection(connection.Name);
    }

    private async ValueTask<BoundShowConnections> ShowAsync(
        ShowExternalConnectionsStatement statement, CancellationToken cancellationToken)
    {
        if (statement.Name is not null)
        {
            return new BoundShowConnections(
                [await GetAsync(statement.Name, Privilege.Usage, cancellationToken).ConfigureAwait(false)]);
        }

        var visible = new List<ConnectionRecord>();
        foreach (var connection in await context.Connections.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await context.Rights
                .HasAsync(Privilege.Usage, Securable.Connection(connection.Name), cancellationToken)
                    .ConfigureAwait(false))
                visible.Add(connection);
        }

        return new BoundShowConnections(visible);
    }

    // It shows secrets: who made a connection knows its own.
    private async ValueTask<BoundShowConnections> ShowCreateAsync(
        ShowCreateExternalConnectionStatement statement, CancellationToken cancellationToken)
    {
        if (statement.Name is null)
        {
            var all = await context.Connections.ListAsync(cancellationToken).ConfigureAwait(false);
            var seesAll = await context.Rights
                .HasAsync(Privilege.ViewClusterMetadata, Securable.System, cancellationToken).ConfigureAwait(false);
            return new BoundShowConnections([.. all.Where(c => seesAll || c.Owner == context.Rights.User)])
            {
                AsStatements = true,
            };
        }

        var place = ValueBinder.PlaceOf(statement.Name);
        var connection = await FindAsync(statement.Name, cancellationToken).ConfigureAwait(false);
        await context.Rights.RequireOwnerOrAsync(
            connection.Owner, $"external connection {connection.Name}", Privilege.ViewClusterMetadata, place,
            cancellationToken).ConfigureAwait(false);
        return new BoundShowConnections([connection]) { AsStatements = true };
    }

    private async ValueTask<BoundCheckConnection> CheckAsync(
        CheckExternalConnectionStatement statement, CancellationToken cancellationToken)
    {
        var options = statement.Options;
        if (await values.IsKeyAsync(statement.Uri, cancellationToken).ConfigureAwait(false))
        {
            RefuseForKeys("TRANSFER", options.Transfer);
            RefuseForKeys("TIME", options.Time);
            RefuseForKeys("CONCURRENTLY", options.Concurrently);
            var key = await values.KeyAsync(statement.Uri, cancellationToken).ConfigureAwait(false);
            return new BoundCheckConnection(key, Transfer: 0) { IsKey = true };
        }

        var location = await values.LocationAsync(statement.Uri, cancellationToken).ConfigureAwait(false);
        return new BoundCheckConnection(location, Transfer(options.Transfer))
        {
            Time = Time(options.Time),
            Concurrently = options.Concurrently is null ? 1
                : values.Integer("CONCURRENTLY", options.Concurrently, 1, 64),
        };
    }

    private static void RefuseForKeys(string option, SyntaxNode? value)
    {
        if (value is not null)
            throw Errors.OptionNotForKeys(option, ValueBinder.PlaceOf(value));
    }

    private long Transfer(StringOrPlaceholder? node)
    {
        if (node is null)
            return DefaultTransfer;
        var text = values.Text(node);
        return SizeText.TryParse(text, out var bytes) && bytes is > 0 and <= LargestTransfer
            ? bytes
            : throw Errors.InvalidOptionValue(
                "TRANSFER", text, "a size of up to 64 GiB, such as '32MiB'", ValueBinder.PlaceOf(node));
    }

    private TimeSpan? Time(StringOrPlaceholder? node)
    {
        if (node is null)
            return null;
        var text = values.Text(node);
        return TimeText.TryParseInterval(text, out var time) && time > TimeSpan.Zero
            ? time
            : throw Errors.InvalidOptionValue(
                "TIME", text, "a duration such as '10s'", ValueBinder.PlaceOf(node));
    }

    private async ValueTask<(string Location, ConnectionType Type)> TargetAsync(
        string name, StringOrPlaceholder node, CancellationToken cancellationToken)
    {
        var (target, type) = await values.ConnectionTargetAsync(node, cancellationToken).ConfigureAwait(false);
        try
        {
            await context.Connections.RefuseCircleAsync(name, target, cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, ValueBinder.PlaceOf(node));
        }

        return (context.Vault.Seal(target), type);
    }

    private async ValueTask<ConnectionRecord> GetAsync(
        StringOrPlaceholder node, Privilege privilege, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(node, cancellationToken).ConfigureAwait(false);
        await context.Rights.RequireAsync(
            privilege, Securable.Connection(connection.Name), ValueBinder.PlaceOf(node), cancellationToken)
                .ConfigureAwait(false);
        return connection;
    }

    private async ValueTask<ConnectionRecord> FindAsync(
        StringOrPlaceholder node, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Connections.GetAsync(values.Text(node), cancellationToken).ConfigureAwait(false);
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, ValueBinder.PlaceOf(node));
        }
    }
}
