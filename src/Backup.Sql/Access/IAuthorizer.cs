namespace Backup.Sql.Access;

/// <summary>
/// Tells who may do what. A host brings its own where users and their rights are known elsewhere; the library's own one
/// reads the grants that GRANT and REVOKE keep in the state store. Asked for every statement: answers may change at any
/// time, running jobs are not asked again. All members may be called concurrently.
/// </summary>
public interface IAuthorizer
{
    /// <summary>Tells whether a user has the admin role, which may do everything.</summary>
    /// <param name="user">The user of a session.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True for an administrator.</returns>
    ValueTask<bool> IsAdminAsync(string user, CancellationToken cancellationToken = default);

    /// <summary>Tells whether a user, by himself or by a role, holds a privilege on exactly that object.</summary>
    /// <param name="user">The user of a session, who is no administrator.</param>
    /// <param name="privilege">One privilege.</param>
    /// <param name="on">
    /// What on. Privileges on a database do not reach its tables; those on all tables of a database are asked for by
    /// themselves.
    /// </param>
    /// <param name="withGrantOption">True to ask whether the user may grant it to others.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True if so.</returns>
    ValueTask<bool> HoldsAsync(
        string user,
        Privilege privilege,
        Securable on,
        bool withGrantOption = false,
        CancellationToken cancellationToken = default);
}
