using System.Security.Cryptography;
using Backup.Sql.Diagnostics;
using Backup.Sql.Keys;

namespace Backup.Sql.TestKit.KeyContract;

/// <summary>Checks that a key service keeps the obligations of <see cref="IKeyManagementService"/>.</summary>
public static class KeyServiceConformance
{
    private static readonly byte[] Context = "chain 0123456789abcdef"u8.ToArray();

    /// <summary>Runs all checks.</summary>
    /// <param name="open">Reaches the key; several times, as several processes would.</param>
    /// <param name="random">Draws keys.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ConformanceException">An obligation is not kept; the message names it.</exception>
    public static async Task RunAsync(
        Func<CancellationToken, ValueTask<IKeyManagementService>> open,
        IRandomSource random,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(random);
        var one = await open(cancellationToken).ConfigureAwait(false);
        await using var _ = one.ConfigureAwait(false);
        var other = await open(cancellationToken).ConfigureAwait(false);
        await using var __ = other.ConfigureAwait(false);
        Require(one.KeyId.Length > 0 && one.KeyId == other.KeyId, "a key has one name, whoever reaches it");
        foreach (var length in new[] { 1, 32, 1024 })
        {
            var key = Draw(random, length);
            await ComesBackAsync(one, other, key, Context, cancellationToken).ConfigureAwait(false);
            await ComesBackAsync(one, other, key, [], cancellationToken).ConfigureAwait(false);
        }

        await ComesBackAsync(one, other, Draw(random, 32), Draw(random, 1024), cancellationToken)
            .ConfigureAwait(false);
        await CallsDoNotMixAsync(one, other, random, cancellationToken).ConfigureAwait(false);
        await NothingElseUnwrapsAsync(one, Draw(random, 32), cancellationToken).ConfigureAwait(false);
        await CancelledCallsEndAsync(one, Draw(random, 32)).ConfigureAwait(false);
    }

    private static async Task ComesBackAsync(
        IKeyManagementService one, IKeyManagementService other, byte[] key, byte[] context,
        CancellationToken cancellationToken)
    {
        var given = key.ToArray();
        var wrapped = await one.WrapAsync(given, context, cancellationToken).ConfigureAwait(false);
        Require(given.AsSpan().SequenceEqual(key), "wrapping leaves what was given as it was");
        Require(wrapped.Length is > 0 and <= 8192, "a wrapped key has at most 8192 bytes");
        Require(key.Length < 8 || wrapped.AsSpan().IndexOf(key) < 0, "a wrapped key does not show the key");
        CryptographicOperations.ZeroMemory(given);
        for (var time = 0; time < 2; time++)
        {
            var unwrapped = await other.UnwrapAsync(wrapped, context, cancellationToken).ConfigureAwait(false);
            Require(unwrapped.AsSpan().SequenceEqual(key), "what was wrapped can be unwrapped, again and again");
            CryptographicOperations.ZeroMemory(unwrapped);
        }
    }

    private static async Task CallsDoNotMixAsync(
        IKeyManagementService one, IKeyManagementService other, IRandomSource random,
        CancellationToken cancellationToken)
    {
        var keys = Enumerable.Range(0, 8).Select(_ => Draw(random, 32)).ToList();
        await Task.WhenAll(keys.Select(key => ComesBackAsync(one, other, key, Context, cancellationToken)))
            .ConfigureAwait(false);
    }

    private static async Task NothingElseUnwrapsAsync(
        IKeyManagementService service, byte[] key, CancellationToken cancellationToken)
    {
        var wrapped = await service.WrapAsync(key, Context, cancellationToken).ConfigureAwait(false);
        await FailsAsync("another context", wrapped, "chain fedcba9876543210"u8.ToArray()).ConfigureAwait(false);
        await FailsAsync("no context", wrapped, []).ConfigureAwait(false);
        await FailsAsync("a context that is longer", wrapped, [.. Context, 0]).ConfigureAwait(false);
        foreach (var at in new[] { 0, wrapped.Length / 2, wrapped.Length - 1 })
        {
            var bent = wrapped.ToArray();
            bent[at] ^= 1;
            await FailsAsync($"a bit flipped in byte {at}", bent, Context).ConfigureAwait(false);
        }

        await FailsAsync("one byte less", wrapped[..^1], Context).ConfigureAwait(false);
        await FailsAsync("one byte more", [.. wrapped, 0], Context).ConfigureAwait(false);
        await FailsAsync("a single byte", [1], Context).ConfigureAwait(false);

        async Task FailsAsync(string what, byte[] bytes, byte[] context)
        {
            try
            {
                await service.UnwrapAsync(bytes, context, cancellationToken).ConfigureAwait(false);
            }
            catch (BackupSqlException error)
            {
                // A flipped bit may turn the version of the master key into one that does not exist.
                Require(
                    error.SqlState is SqlStates.DataCorrupted or SqlStates.UndefinedObject && !error.IsTransient,
                    $"{what} is told with XX001, not {error.SqlState}");
                Require(error.Hint is { Length: > 0 }, "an error says what to do next");
                return;
            }

            Require(false, $"{what} does not unwrap");
        }
    }

    private static async Task CancelledCallsEndAsync(IKeyManagementService service, byte[] key)
    {
        var cancelled = new CancellationToken(canceled: true);
        try
        {
            await service.WrapAsync(key, Context, cancelled).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Require(false, "a cancelled call ends");
    }

    private static byte[] Draw(IRandomSource random, int length)
    {
        var bytes = new byte[length];
        random.Fill(bytes);
        return bytes;
    }

    private static void Require(bool holds, string obligation)
    {
        if (!holds)
            throw new ConformanceException($"the key service breaks an obligation: {obligation}");
    }
}
