using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Administration;

/// <summary>Carries out GRANT, REVOKE and SHOW GRANTS.</summary>
/// <param name="store">Where the grants are.</param>
/// <param name="roles">The users and roles.</param>
/// <param name="notInForce">Why nobody asks for the grants; null where they count.</param>
internal sealed class GrantStatements(IStateStore store, RoleBook roles, string? notInForce)
{
    private static readonly ResultColumn[] Columns =
    [
        new("object_type", ResultType.String), new("object_name", ResultType.String),
        new("grantee", ResultType.String), new("privilege_type", ResultType.String),
        new("is_grantable", ResultType.Bool),
    ];

    private readonly GrantBook _grants = new(store);

    public async Task<StatementResult> RunAsync(BoundGrant grant, CancellationToken cancellationToken)
    {
        foreach (var grantee in grant.Grantees)
        {
            if (!grant.IsRevoke)
                await roles.AddAsync(grantee, cancellationToken).ConfigureAwait(false);
            foreach (var on in grant.On)
                await ChangeAsync(grant, grantee, on, cancellationToken).ConfigureAwait(false);
        }

        return ResultSet.Empty(grant.IsRevoke ? "REVOKE" : "GRANT", notInForce is null ? [] : [notInForce]);
    }

    private ValueTask ChangeAsync(
        BoundGrant grant, string grantee, Securable on, CancellationToken cancellationToken) =>
        grant.IsRevoke
            ? _grants.RemoveAsync(grantee, on, grant.Privileges, grant.GrantOption, cancellationToken)
            : _grants.AddAsync(grantee, on, grant.Privileges, grant.GrantOption, cancellationToken);

    public async Task<StatementResult> RunAsync(BoundShowGrants show, CancellationToken cancellationToken)
    {
        var all = await _grants.ListAsync(cancellationToken).ConfigureAwait(false);
        var rows = all
            .Where(grant => show.On?.Contains(grant.On) != false)
            .Where(grant => show.Grantees.Count == 0 || show.Grantees.Contains(grant.Grantee, StringComparer.Ordinal))
            .OrderBy(grant => grant.On.Kind)
            .ThenBy(grant => grant.On.Name, StringComparer.Ordinal)
            .ThenBy(grant => grant.Grantee, StringComparer.Ordinal)
            .SelectMany(Rows)
            .ToList();
        return ResultSet.Of($"SHOW GRANTS {rows.Count}", Columns, rows);
    }

    private static IEnumerable<IReadOnlyList<object?>> Rows(GrantRecord grant)
    {
        var on = grant.On.Kind == SecurableKind.System ? null : grant.On.Name;
        return PrivilegeText.Single
            .Where(privilege => grant.Privileges.HasFlag(privilege))
            .Select(privilege => (IReadOnlyList<object?>)
            [
                PrivilegeText.Of(grant.On.Kind), on, grant.Grantee, PrivilegeText.Of(privilege),
                grant.Grantable.HasFlag(privilege),
            ])
            .OrderBy(row => (string)row[3]!, StringComparer.Ordinal);
    }
}
