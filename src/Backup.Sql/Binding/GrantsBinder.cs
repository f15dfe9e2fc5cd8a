using Backup.Sql.Access;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds GRANT, REVOKE and SHOW GRANTS. Users and roles need not be known: a grant makes them so.</summary>
internal sealed class GrantsBinder(BindingContext context)
{
    public ValueTask<BoundGrant> BindAsync(GrantStatement statement, CancellationToken cancellationToken) =>
        BindAsync(statement.Privileges, statement.Object, new BoundGrant([], Privilege.None, Names(statement.Roles))
        {
            GrantOption = statement.WithGrantOption,
        }, cancellationToken);

    public ValueTask<BoundGrant> BindAsync(RevokeStatement statement, CancellationToken cancellationToken) =>
        BindAsync(statement.Privileges, statement.Object, new BoundGrant([], Privilege.None, Names(statement.Roles))
        {
            IsRevoke = true,
            GrantOption = statement.GrantOptionOnly,
        }, cancellationToken);

    public async ValueTask<BoundGrant> BindAsync(
        GrantSnapshotPrivilegeStatement statement, CancellationToken cancellationToken)
    {
        var (privilege, on) = statement.Privilege switch
        {
            ExportTablePrivilege export => (Privilege.Export, await TableAsync(
                [.. export.Table.Parts.Select(part => part.Text)], ValueBinder.PlaceOf(export), cancellationToken)
                    .ConfigureAwait(false)),
            ExportAllTablesPrivilege { Database: null } => (Privilege.Export, Securable.TablesOf(null)),
            ExportAllTablesPrivilege { Database: { } name } => (Privilege.Export, Securable.TablesOf(
                await DatabaseAsync(name, cancellationToken).ConfigureAwait(false))),
            _ => (Privilege.Repository, Securable.System),
        };
        return await CheckedAsync(
            new BoundGrant([on], privilege, [statement.Grantee.Name.Text]) { IsRevoke = statement.IsRevoke },
            ValueBinder.PlaceOf(statement.Privilege), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<BoundShowGrants> BindAsync(
        ShowGrantsStatement statement, CancellationToken cancellationToken) => new(
            statement is { IsSystem: false, Object: null } ? null
                : await TargetsAsync(statement.Object, cancellationToken).ConfigureAwait(false),
            Names(statement.Roles));

    private async ValueTask<BoundGrant> BindAsync(
        ValueList<Name> privileges, GrantObject? target, BoundGrant bound, CancellationToken cancellationToken)
    {
        var on = await TargetsAsync(target, cancellationToken).ConfigureAwait(false);
        var wanted = Privilege.None;
        foreach (var privilege in privileges)
            wanted |= PrivilegeOf(privilege, on[0]);
        return await CheckedAsync(
            bound with { On = on, Privileges = wanted }, ValueBinder.PlaceOf(privileges[0]), cancellationToken)
                .ConfigureAwait(false);
    }

    private async ValueTask<BoundGrant> CheckedAsync(
        BoundGrant bound, TextPlace place, CancellationToken cancellationToken)
    {
        foreach (var on in bound.On)
        {
            foreach (var privilege in PrivilegeText.Single.Where(p => bound.Privileges.HasFlag(p)))
            {
                await context.Rights.RequireGrantOptionAsync(privilege, on, place, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        return bound;
    }

    private static Privilege PrivilegeOf(Name name, Securable on)
    {
        if (name.Text == "all")
            return on.AllPrivileges();
        var known = PrivilegeText.Single.Where(
            p => on.AllPrivileges().HasFlag(p) && !PrivilegeText.IsSnapshotPrivilege(p)).ToList();
        var found = known.Find(p => PrivilegeText.Of(p).Equals(name.Text, StringComparison.OrdinalIgnoreCase));
        return found != Privilege.None
            ? found
            : throw Errors.UnknownPrivilege(
                name.Text.ToUpperInvariant(), PrivilegeText.Any(on.Kind),
                [.. known.Select(PrivilegeText.Of)], ValueBinder.PlaceOf(name));
    }

    private async ValueTask<IReadOnlyList<Securable>> TargetsAsync(
        GrantObject? target, CancellationToken cancellationToken)
    {
        var found = new List<Securable>();
        switch (target)
        {
            case GrantOnDatabases databases:
                foreach (var name in databases.Databases)
                {
                    found.Add(Securable.Database(
                        await DatabaseAsync(name, cancellationToken).ConfigureAwait(false)));
                }

                break;
            case GrantOnTables tables:
                foreach (var pattern in tables.Tables)
                    found.AddRange(await TablesAsync(pattern, cancellationToken).ConfigureAwait(false));
                break;
            case GrantOnConnections connections:
                foreach (var name in connections.Connections)
                    found.Add(await ConnectionAsync(name, cancellationToken).ConfigureAwait(false));
                break;
            default:
                found.Add(Securable.System);
                break;
        }

        return [.. found.Distinct()];
    }

    private async ValueTask<Securable> ConnectionAsync(Name name, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await context.Connections.GetAsync(name.Text, cancellationToken).ConfigureAwait(false);
            return Securable.Connection(connection.Name);
        }
        catch (BackupSqlException error)
        {
            throw Errors.Wrapped(error, ValueBinder.PlaceOf(name));
        }
    }

    private async ValueTask<string> DatabaseAsync(Name name, CancellationToken cancellationToken) =>
        await WithNamesAsync(
            name.Text,
            names => names.ResolveDatabaseAsync(name.Text, ValueBinder.PlaceOf(name), cancellationToken),
            cancellationToken).ConfigureAwait(false);

    private async ValueTask<IEnumerable<Securable>> TablesAsync(
        TablePattern pattern, CancellationToken cancellationToken)
    {
        var parts = pattern.Parts.Select(part => part.Text).ToList();
        var place = ValueBinder.PlaceOf(pattern);
        if (!pattern.IsWildcard)
            return [await TableAsync(parts, place, cancellationToken).ConfigureAwait(false)];
        var matches = await WithNamesAsync(
            parts.Count == 0 ? context.CurrentDatabase : parts[0],
            names => names.ResolveWildcardAsync(parts, place, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return matches.Select(match => Securable.Table(match.Name));
    }

    private async ValueTask<Securable> TableAsync(
        IReadOnlyList<string> parts, TextPlace place, CancellationToken cancellationToken)
    {
        var table = await WithNamesAsync(
            parts.Count == 1 ? context.CurrentDatabase : parts[0],
            names => names.ResolveTableAsync(parts, place, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return Securable.Table(table.Name);
    }

    /// <summary>
    /// Resolves a name in the engine that holds the database it begins with, else in the default one.
    /// </summary>
    private async ValueTask<T> WithNamesAsync<T>(
        string? database, Func<NameResolver, ValueTask<T>> resolve, CancellationToken cancellationToken)
    {
        var holder = context.Engines.Count == 1 || database is null ? null
            : await new BackupSourceBinder(context).FindHolderAsync(database, cancellationToken).ConfigureAwait(false);
        var engine = context.Engines[holder ?? context.DefaultEngine];
        var catalog = await engine.OpenCatalogAsync(null, cancellationToken).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        return await resolve(new NameResolver(catalog, engine.Info.NameComparer, context.CurrentDatabase))
            .ConfigureAwait(false);
    }

    private static List<string> Names(ValueList<Name> names) =>
        [.. names.Select(name => name.Text).Distinct(StringComparer.Ordinal)];
}
