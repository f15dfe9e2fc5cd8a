using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.StorageContract;

/// <summary>
/// What conformance checks insist on. Knows no test framework: what is not so ends in a <see
/// cref="ConformanceException"/>.
/// </summary>
internal static class Expect
{
    public static void That(bool holds, string obligation)
    {
        if (!holds)
            throw new ConformanceException(obligation);
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new ConformanceException($"{what}: expected {expected}, found {actual}");
    }

    public static void Sequence<T>(IReadOnlyList<T> expected, IReadOnlyList<T> actual, string what)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var wanted = i < expected.Count ? $"{expected[i]}" : "the end";
            var found = i < actual.Count ? $"{actual[i]}" : "the end";
            if (wanted != found)
                throw new ConformanceException($"{what}, entry {i}: expected {wanted}, found {found}");
        }
    }

    /// <summary>Insists on an error of ours with a given code.</summary>
    public static async Task<BackupSqlException> FailsAsync(string sqlState, string what, Func<ValueTask> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (BackupSqlException failure) when (failure.SqlState == sqlState)
        {
            return failure;
        }
        catch (Exception failure) when (failure is not ConformanceException)
        {
            throw new ConformanceException($"{what}: expected error {sqlState}, found {Describe(failure)}", failure);
        }

        throw new ConformanceException($"{what}: expected error {sqlState}, found success");
    }

    /// <summary>Insists on a cancelled call.</summary>
    public static async Task IsCancelledAsync(string what, Func<ValueTask> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new ConformanceException($"{what} with a cancelled token: expected cancellation, found success");
    }

    public static string Describe(Exception failure) => failure is BackupSqlException known
        ? $"{known.SqlState} {known.Message}"
        : $"{failure.GetType().FullName}: {failure.Message}";
}
