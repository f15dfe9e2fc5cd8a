using Backup.Sql.Binding;
using Backup.Sql.Collections;
using Backup.Sql.Diagnostics;
using Backup.Sql.Sessions.Expiry;
using Backup.Sql.State;

namespace Backup.Sql.Sessions.Registry;

/// <summary>
/// Carries out DROP BACKUP by registered names: data and entry go. Of a chain only the newest layers can go without the
/// rest, for an increment needs all that lies below it.
/// </summary>
internal sealed class RegisteredDrop(BackupHost host, bool explain)
{
    private readonly List<Verdict> _verdicts = [];

    public async Task<StatementResult> RunAsync(BoundDropRegistered drop, CancellationToken cancellationToken)
    {
        var notices = new List<string>();
        var chosen = new List<Stored<RegisteredBackup>>();
        foreach (var name in drop.Backups.DistinctBy(backup => backup.Name))
        {
            if (drop.IfExists
                && await host.Registry.FindAsync(name.Name, cancellationToken).ConfigureAwait(false) is null)
                notices.Add($"no backup is registered as {name.Name}: nothing was dropped");
            else
                chosen.Add(await RegistryStatements.RequireAsync(host, name, cancellationToken).ConfigureAwait(false));
        }

        if (chosen.Find(backup => backup.Value is { State: BackupState.Pending, Plugin: null }) is { } pending)
            throw Errors.BackupPending(pending.Key, "dropped");
        var all = chosen.Select(backup => backup.Value.LayerId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        // Of single locations the newest first: one may stand on another.
        foreach (var chain in chosen.Where(backup => backup.Value is { LayerId: not null, Collection: not null })
            .GroupBy(backup => (backup.Value.Collection!, backup.Value.ChainId, backup.Value.Chain!))
            .OrderByDescending(chain => chain.Max(backup => backup.Value.End)))
        {
            await DropLayersAsync(chain.Key.Item1, chain.Key.Item3, [.. chain], all, cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (var other in chosen.Where(backup => backup.Value.LayerId is null || backup.Value.Collection is null))
            await DropEntryAsync(other, cancellationToken).ConfigureAwait(false);
        return ExpiryRunner.Result(_verdicts, notices, explain);
    }

    private async Task DropLayersAsync(
        string location, string directory, List<Stored<RegisteredBackup>> chosen, HashSet<string> all,
        CancellationToken cancellationToken)
    {
        var opened = await OpenedExpiry.OpenAsync(host, location, explain, cancellationToken).ConfigureAwait(false);
        await using var _ = opened.ConfigureAwait(false);
        _verdicts.AddRange(await opened.FinishAsync(cancellationToken).ConfigureAwait(false));
        var chain = await opened.Survey.FindAsync(directory, cancellationToken).ConfigureAwait(false);
        var ids = chosen.Select(backup => backup.Value.LayerId!).ToHashSet(StringComparer.Ordinal);
        var gone = chosen.Where(backup => chain?.LayerIds.Contains(backup.Value.LayerId!) != true).ToList();
        foreach (var backup in gone)
            await ForgetAsync(backup, "its data was gone already").ConfigureAwait(false);
        if (chain is null || gone.Count == chosen.Count)
            return;
        RequireNoDependants(chain, chosen, ids);
        if (chain.KeepForever)
            throw Errors.KeptForever(opened.PathOf(chain.Directory));
        await opened.RequireNothingOnTopAsync(chain, all, cancellationToken).ConfigureAwait(false);
        var layers = chain.Layers
            .Where(layer => layer.Envelope is { } envelope && ids.Contains(envelope.LayerId)).ToList();
        if (layers.Count == chain.Layers.Count)
        {
            if (await opened.IsOnlyOneThatRestoresAsync(chain, cancellationToken).ConfigureAwait(false))
                throw Errors.OnlyBackup(chain.Directory, opened.Location);
        }
        else
        {
            // What a broken-off job left in the chain may go with the chain, but not with some layers of it.
            chain = chain with { Layers = layers, Unfinished = [] };
        }

        await opened.DropNamedAsync(chain, cancellationToken).ConfigureAwait(false);
        _verdicts.AddRange(layers.Select(layer => new Verdict(
            opened.PathOf(layer.Directory), layer.Envelope!.End.ToDateTimeOffset(), true, "named")));
    }

    private static void RequireNoDependants(
        SurveyedChain chain, List<Stored<RegisteredBackup>> chosen, HashSet<string> ids)
    {
        var left = chain.Layers.Where(layer => layer.Envelope is not { } envelope || !ids.Contains(envelope.LayerId))
            .ToList();
        foreach (var backup in chosen)
        {
            // Whose end cannot be told may well need it.
            if (left.Find(layer => layer.Envelope is not { } other || other.End > backup.Value.End) is { } dependant)
                throw Errors.BackupHasDependants(backup.Key, dependant.Directory);
        }
    }

    private async Task DropEntryAsync(Stored<RegisteredBackup> backup, CancellationToken cancellationToken)
    {
        if (backup.Value.Plugin is not null && !explain)
            await new PluginCheck(host).DeleteAsync(backup.Value, cancellationToken).ConfigureAwait(false);
        await ForgetAsync(backup, backup.Value.Plugin is null ? "it never came to be" : "named").ConfigureAwait(false);
    }

    private async Task ForgetAsync(Stored<RegisteredBackup> backup, string why)
    {
        if (!explain)
            await host.Registry.RemoveAsync(backup.Key).ConfigureAwait(false);
        _verdicts.Add(new Verdict(
            backup.Value.Path ?? backup.Key, backup.Value.End?.ToDateTimeOffset(), true, why));
    }
}
