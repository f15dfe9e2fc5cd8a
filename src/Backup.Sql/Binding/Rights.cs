using Backup.Sql.Access;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// What the user of a statement may do. Binding asks, before a job exists; what is missing is refused with 42501 and
/// the statement that an administrator could type. A job or schedule asks again with its owner's rights when it binds
/// anew.
/// </summary>
internal sealed class Rights(IAuthorizer authorizer, string user)
{
    private bool? _isAdmin;

    /// <summary>Rights that lack nothing, for a user of a host that has not turned rights on.</summary>
    public static Rights All { get; } = new(EverybodyIsAdmin.Instance, "root");

    public string User => user;

    public async ValueTask<bool> IsAdminAsync(CancellationToken cancellationToken) =>
        _isAdmin ??= await authorizer.IsAdminAsync(user, cancellationToken).ConfigureAwait(false);

    /// <summary>Tells whether the user is an administrator or holds the privilege.</summary>
    public async ValueTask<bool> HasAsync(Privilege privilege, Securable on, CancellationToken cancellationToken) =>
        await IsAdminAsync(cancellationToken).ConfigureAwait(false)
        || await authorizer.HoldsAsync(user, privilege, on, withGrantOption: false, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>
    /// Tells whether something is the user's own, or he holds the system privilege for those of others.
    /// </summary>
    public async ValueTask<bool> OwnsOrHasAsync(
        string owner, Privilege privilege, CancellationToken cancellationToken) =>
        owner == user || await HasAsync(privilege, Securable.System, cancellationToken).ConfigureAwait(false);

    /// <summary>Refuses a user who is no administrator and does not hold the privilege.</summary>
    public async ValueTask RequireAsync(
        Privilege privilege, Securable on, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await HasAsync(privilege, on, cancellationToken).ConfigureAwait(false))
        {
            throw Errors.MissingPrivilege(
                user, PrivilegeText.Of(privilege), PrivilegeText.Of(on), Remedy(privilege, on), place);
        }
    }

    /// <summary>Refuses a user who may not export a table into a snapshot.</summary>
    public async ValueTask RequireExportAsync(
        string database, string table, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await HasAsync(Privilege.Export, Securable.TablesOf(null), cancellationToken).ConfigureAwait(false)
            && !await HasAsync(Privilege.Export, Securable.TablesOf(database), cancellationToken).ConfigureAwait(false))
        {
            await RequireAsync(Privilege.Export, Securable.Table(table), place, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a user who is no administrator.</summary>
    /// <param name="what">What only administrators may do: <c>alter backups</c>.</param>
    /// <param name="place">Where the statement asks for it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask RequireAdminAsync(string what, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await IsAdminAsync(cancellationToken).ConfigureAwait(false))
            throw Errors.AdminOnly(user, what, place);
    }

    /// <summary>
    /// Refuses a user who does not own a thing and lacks the system privilege for those of others.
    /// </summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="what">What it is: <c>job 17</c>.</param>
    /// <param name="privilege">The system privilege that would do.</param>
    /// <param name="place">Where the statement names it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask RequireOwnerOrAsync(
        string owner, string what, Privilege privilege, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await OwnsOrHasAsync(owner, privilege, cancellationToken).ConfigureAwait(false))
        {
            throw Errors.NotTheOwner(
                user, what, PrivilegeText.Of(privilege), Remedy(privilege, Securable.System), place);
        }
    }

    /// <summary>Refuses a user who may not grant a privilege to others.</summary>
    public async ValueTask RequireGrantOptionAsync(
        Privilege privilege, Securable on, TextPlace place, CancellationToken cancellationToken)
    {
        if (!await IsAdminAsync(cancellationToken).ConfigureAwait(false)
            && !await authorizer.HoldsAsync(user, privilege, on, withGrantOption: true, cancellationToken)
                .ConfigureAwait(false))
        {
            throw Errors.CannotGrant(
                user, PrivilegeText.Of(privilege), PrivilegeText.Of(on),
                Remedy(privilege, on) + (PrivilegeText.IsSnapshotPrivilege(privilege) ? "" : " WITH GRANT OPTION"),
                place);
        }
    }

    private string Remedy(Privilege privilege, Securable on) =>
        SqlFormatter.Format(PrivilegeText.Grant(privilege, on, user));
}
