using Backup.Sql.State;

namespace Backup.Sql.Access;

/// <summary>
/// The users and roles that the state store knows: those that something was granted to, and those that the host made
/// members of a role. All members may be called concurrently.
/// </summary>
public sealed class RoleBook
{
    /// <summary>The role that may do everything.</summary>
    public const string Admin = "admin";

    internal const string Kind = "user";

    private readonly StateTable<UserRecord> _users;

    internal RoleBook(IStateStore store) => _users = new(store, Kind, AccessJsonContext.Default.UserRecord);

    /// <summary>Makes a user or a role a member of a role. Being one already is fine.</summary>
    /// <param name="role">The role; <see cref="Admin"/> makes an administrator.</param>
    /// <param name="member">The user, or another role.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask AddMemberAsync(string role, string member, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentException.ThrowIfNullOrEmpty(member);
        await AddAsync(role, cancellationToken).ConfigureAwait(false);
        await AddAsync(member, cancellationToken).ConfigureAwait(false);
        await _users.UpdateAsync(
            member,
            user => user.Roles.Contains(role, StringComparer.Ordinal) ? user
                : user with { Roles = [.. user.Roles.Append(role).Order(StringComparer.Ordinal)] },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a membership. Not being a member is fine.</summary>
    /// <param name="role">The role.</param>
    /// <param name="member">The user, or another role.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async ValueTask RemoveMemberAsync(string role, string member, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentException.ThrowIfNullOrEmpty(member);
        await _users.UpdateAsync(
            member,
            user => user.Roles.Contains(role, StringComparer.Ordinal)
                ? user with { Roles = [.. user.Roles.Where(r => r != role)] }
                : user,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives all roles of a user, those that come by way of another role too.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The roles; a user who is not known has none.</returns>
    public async ValueTask<IReadOnlyCollection<string>> RolesOfAsync(
        string user, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([user]);
        while (open.TryDequeue(out var name))
        {
            var known = await _users.FindAsync(name, cancellationToken).ConfigureAwait(false);
            foreach (var role in known?.Value.Roles ?? [])
            {
                if (roles.Add(role))
                    open.Enqueue(role);
            }
        }

        return roles;
    }

    /// <summary>Remembers a user or role; knowing it already is fine.</summary>
    internal async ValueTask AddAsync(string name, CancellationToken cancellationToken)
    {
        if (await _users.FindAsync(name, cancellationToken).ConfigureAwait(false) is null)
            await _users.TryAddAsync(name, new UserRecord(name, []), cancellationToken).ConfigureAwait(false);
    }
}
