using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// Proves that an engine keeps to the contract of <see cref="IDatabaseEngine"/>. What every engine must do is checked
/// of every engine; an ability that <see cref="EngineInfo.Capabilities"/> claims is checked too, and one that it does
/// not claim must really be refused.
/// </summary>
/// <remarks>
/// The suite knows no test framework. Let yours run <see cref="RunAsync"/> once for each of <see cref="Checks"/>, or
/// print what <see cref="RunAllAsync"/> gives.
/// </remarks>
/// <param name="fixtures">Makes a fresh fixture, for each check one or two.</param>
public sealed class EngineConformance(Func<EngineConformanceFixture> fixtures)
{
    private static readonly IReadOnlyList<ConformanceCheck> Suite =
        [
            .. CatalogChecks.All, .. SnapshotChecks.All, .. HistoryChecks.All, .. RestoreChecks.All,
            .. ReplaceChecks.All, .. LedgerChecks.All, .. PageChecks.All,
        ];

    /// <summary>The names of all checks: sentences with underscores.</summary>
    public static IReadOnlyList<string> Checks { get; } = [.. Suite.Select(check => check.Name)];

    /// <summary>Runs one check.</summary>
    /// <param name="check">One of <see cref="Checks"/>.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>Passed or refused; a check that fails throws.</returns>
    /// <exception cref="ConformanceException">The engine does not keep to the contract.</exception>
    public async Task<ConformanceVerdict> RunAsync(string check, CancellationToken cancellationToken = default)
    {
        var found = Suite.FirstOrDefault(candidate => candidate.Name == check)
            ?? throw new ArgumentException($"There is no check {check}.", nameof(check));
        var context = await CheckContext.StartAsync(fixtures, cancellationToken).ConfigureAwait(false);
        await using var _ = context.ConfigureAwait(false);
        if (context.Abilities.HasFlag(found.Ability))
        {
            await found.Holds(context).ConfigureAwait(false);
            return ConformanceVerdict.Passed;
        }

        if (found.IsRefused is not null)
            await found.IsRefused(context).ConfigureAwait(false);
        return ConformanceVerdict.Refused;
    }

    /// <summary>Runs all checks, one after another.</summary>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>How each came out.</returns>
    public async Task<ConformanceReport> RunAllAsync(CancellationToken cancellationToken = default)
    {
        var (engine, claimed) = await AskAsync(cancellationToken).ConfigureAwait(false);
        var results = new List<ConformanceResult>();
        foreach (var check in Suite)
            results.Add(await JudgeAsync(check, cancellationToken).ConfigureAwait(false));
        return new ConformanceReport(results) { Engine = engine, Claimed = claimed };
    }

    private async Task<(EngineInfo? Engine, EngineCapabilities Claimed)> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var context = await CheckContext.StartAsync(fixtures, cancellationToken).ConfigureAwait(false);
            await using var _ = context.ConfigureAwait(false);
            return (context.Engine.Info, context.Abilities);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // An engine that does not start fails every check, each with the reason.
            return (null, EngineCapabilities.None);
        }
    }

    private async Task<ConformanceResult> JudgeAsync(ConformanceCheck check, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await RunAsync(check.Name, cancellationToken).ConfigureAwait(false);
            return new ConformanceResult(check.Name, check.Ability, verdict);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever an engine throws is its failure: the report names it and goes on.
            return new ConformanceResult(check.Name, check.Ability, ConformanceVerdict.Failed, error.ToString());
        }
    }
}
