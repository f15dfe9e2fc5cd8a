using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What checks assert with.</summary>
internal static class Expect
{
    public static void That(bool condition, string otherwise)
    {
        if (!condition)
            throw new ConformanceException(otherwise);
    }

    public static void Equal(EngineContents expected, EngineContents actual, string what)
    {
        if (expected.FindDifference(actual) is { } difference)
            throw new ConformanceException($"{what} differs. {difference}");
    }

    public static void EqualRows(EngineContents expected, EngineContents actual, string what)
    {
        if (expected.FindRowDifference(actual) is { } difference)
            throw new ConformanceException($"{what} differs. {difference}");
    }

    public static void Equal(IReadOnlyList<CollectedRow> expected, IReadOnlyList<CollectedRow> actual, string what)
    {
        That(expected.Count == actual.Count, $"{what}: {expected.Count} rows expected, {actual.Count} came.");
        for (var i = 0; i < expected.Count; i++)
        {
            That(expected[i].Key.AsSpan().SequenceEqual(actual[i].Key), $"{what}: row {i} has another key.");
            That(expected[i].Value.AsSpan().SequenceEqual(actual[i].Value), $"{what}: row {i} has another value.");
        }
    }

    /// <summary>The call must be refused with one of some codes.</summary>
    public static async Task RefusedAsync(Func<Task> call, params string[] sqlStates)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (BackupSqlException error) when (sqlStates.Contains(error.SqlState))
        {
            return;
        }
        catch (Exception error) when (error is not ConformanceException)
        {
            throw new ConformanceException(
                $"Expected an error {string.Join(" or ", sqlStates)}, got {Describe(error)}.", error);
        }

        throw new ConformanceException(
            $"Expected an error {string.Join(" or ", sqlStates)}, but the call went through.");
    }

    /// <summary>The call must end by cancellation.</summary>
    public static async Task CancelledAsync(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception error)
        {
            throw new ConformanceException($"Expected a cancellation, got {Describe(error)}.", error);
        }

        throw new ConformanceException("Expected a cancellation, but the call went through.");
    }

    private static string Describe(Exception error) => error is BackupSqlException ours
        ? $"{ours.SqlState} {ours.Message}"
        : $"{error.GetType().Name} {error.Message}";
}
