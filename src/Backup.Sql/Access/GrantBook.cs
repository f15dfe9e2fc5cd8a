using Backup.Sql.State;

namespace Backup.Sql.Access;

/// <summary>The grants in the state store: one entry per object and grantee.</summary>
internal sealed class GrantBook(IStateStore store)
{
    /// <summary>The kind of the entries.</summary>
    public const string Kind = "grant";

    private readonly StateTable<GrantRecord> _grants = new(store, Kind, AccessJsonContext.Default.GrantRecord);

    public async ValueTask<GrantRecord?> FindAsync(
        string grantee, Securable on, CancellationToken cancellationToken) =>
        (await _grants.FindAsync(KeyOf(grantee, on), cancellationToken).ConfigureAwait(false))?.Value;

    public async ValueTask<IReadOnlyList<GrantRecord>> ListAsync(CancellationToken cancellationToken)
    {
        var all = await _grants.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Select(stored => stored.Value)];
    }

    /// <summary>Adds privileges, and the right to grant them if wanted.</summary>
    public async ValueTask AddAsync(
        string grantee, Securable on, Privilege privileges, bool withGrantOption, CancellationToken cancellationToken)
    {
        var grantable = withGrantOption ? privileges : Privilege.None;
        while (true)
        {
            var seen = await _grants.FindAsync(KeyOf(grantee, on), cancellationToken).ConfigureAwait(false);
            if (seen is null
                ? await _grants.TryAddAsync(
                    KeyOf(grantee, on), new GrantRecord(grantee, on, privileges, grantable), cancellationToken)
                        .ConfigureAwait(false)
                : await _grants.TryReplaceAsync(
                    seen,
                    seen.Value with
                    {
                        Privileges = seen.Value.Privileges | privileges,
                        Grantable = seen.Value.Grantable | grantable,
                    },
                    cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Takes privileges away, or only the right to grant them. What is not held is no error.</summary>
    public async ValueTask RemoveAsync(
        string grantee, Securable on, Privilege privileges, bool grantOptionOnly, CancellationToken cancellationToken)
    {
        while (await _grants.FindAsync(KeyOf(grantee, on), cancellationToken).ConfigureAwait(false) is { } seen)
        {
            var left = seen.Value with
            {
                Privileges = grantOptionOnly ? seen.Value.Privileges : seen.Value.Privileges & ~privileges,
                Grantable = seen.Value.Grantable & ~privileges,
            };
            if (left.Privileges == Privilege.None
                ? await _grants.TryRemoveAsync(seen, cancellationToken).ConfigureAwait(false)
                : await _grants.TryReplaceAsync(seen, left, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Forgets what is held on an object that is no more.</summary>
    public async ValueTask ForgetAsync(Securable on, CancellationToken cancellationToken)
    {
        foreach (var grant in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (grant.On == on)
            {
                await RemoveAsync(grant.Grantee, on, grant.Privileges, grantOptionOnly: false, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    // Names may hold any character: what separates them is escaped inside of them.
    internal static string KeyOf(string grantee, Securable on) =>
        $"{on.Kind}/{Uri.EscapeDataString(on.Name)}/{Uri.EscapeDataString(grantee)}";
}
