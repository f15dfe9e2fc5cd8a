using Backup.Sql.State;

namespace Backup.Sql.Access;

/// <summary>Answers from the grants in the state store. Some administrators are named by the host.</summary>
internal sealed class GrantAuthorizer(IStateStore store, IReadOnlyCollection<string> admins) : IAuthorizer
{
    private readonly GrantBook _grants = new(store);
    private readonly RoleBook _roles = new(store);

    public async ValueTask<bool> IsAdminAsync(string user, CancellationToken cancellationToken)
    {
        if (user == RoleBook.Admin || admins.Contains(user, StringComparer.Ordinal))
            return true;
        var roles = await _roles.RolesOfAsync(user, cancellationToken).ConfigureAwait(false);
        return roles.Contains(RoleBook.Admin) || roles.Intersect(admins, StringComparer.Ordinal).Any();
    }

    public async ValueTask<bool> HoldsAsync(
        string user, Privilege privilege, Securable on, bool withGrantOption, CancellationToken cancellationToken)
    {
        var roles = await _roles.RolesOfAsync(user, cancellationToken).ConfigureAwait(false);
        foreach (var holder in roles.Prepend(user))
        {
            var grant = await _grants.FindAsync(holder, on, cancellationToken).ConfigureAwait(false);
            if (grant is not null && (withGrantOption ? grant.Grantable : grant.Privileges).HasFlag(privilege))
                return true;
        }

        return false;
    }
}
