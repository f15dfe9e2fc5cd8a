using Backup.Sql.Diagnostics;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Policies;

/// <summary>The backup policies of a state store.</summary>
internal sealed class PolicyBook(IStateStore store)
{
    private readonly StateTable<PolicyRecord> _policies =
        new(store, "backup-policy", PolicyJsonContext.Default.PolicyRecord);

    public ValueTask<IReadOnlyList<Stored<PolicyRecord>>> ListAsync(CancellationToken cancellationToken) =>
        _policies.ListAsync(cancellationToken);

    /// <summary>Finds a policy that must be there.</summary>
    public async Task<Stored<PolicyRecord>> GetAsync(
        string name, TextPlace place, CancellationToken cancellationToken) =>
        await _policies.FindAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw Errors.PolicyNotFound(
            name, (await ListAsync(cancellationToken).ConfigureAwait(false)).Select(policy => policy.Key), place);

    public ValueTask<bool> TryAddAsync(PolicyRecord policy, CancellationToken cancellationToken) =>
        _policies.TryAddAsync(policy.Name, policy, cancellationToken);

    public ValueTask<bool> TryReplaceAsync(
        Stored<PolicyRecord> seen, PolicyRecord policy, CancellationToken cancellationToken) =>
        _policies.TryReplaceAsync(seen, policy, cancellationToken);

    public ValueTask<PolicyRecord?> UpdateAsync(
        string name, Func<PolicyRecord, PolicyRecord> change, CancellationToken cancellationToken) =>
        _policies.UpdateAsync(name, change, cancellationToken);

    public ValueTask<bool> TryRemoveAsync(Stored<PolicyRecord> seen, CancellationToken cancellationToken) =>
        _policies.TryRemoveAsync(seen, cancellationToken);
}
