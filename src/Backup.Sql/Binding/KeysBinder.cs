using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Storage;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds the options that say what a backup is encrypted with.</summary>
internal sealed class KeysBinder(BindingContext context, ValueBinder values)
{
    /// <summary>Binds <c>encryption_passphrase</c> and <c>kms</c>, of which a statement may have one.</summary>
    /// <param name="passphrase">The passphrase; null for none.</param>
    /// <param name="keys">The locations of keys; empty for none.</param>
    /// <param name="keysPlace">Where the statement names them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when nothing was given.</returns>
    public async ValueTask<BackupKeys?> BindAsync(
        StringOrPlaceholder? passphrase, IReadOnlyList<StringOrPlaceholder> keys, TextPlace keysPlace,
        CancellationToken cancellationToken)
    {
        if (passphrase is not null && keys.Count > 0)
            throw Errors.OptionsConflict("encryption_passphrase", "kms", keysPlace);
        if (keys.Count > 0)
        {
            return new BackupKeys
            {
                MasterKeys = await values.KeysAsync(keys, cancellationToken).ConfigureAwait(false),
            };
        }

        return passphrase is null ? null : new BackupKeys { Passphrase = Passphrase(passphrase) };
    }

    /// <summary>Checks a passphrase and seals it.</summary>
    /// <param name="node">The passphrase.</param>
    /// <returns>A reference to it.</returns>
    public string Passphrase(StringOrPlaceholder node)
    {
        var text = values.Text(node);
        return text.Length > 0
            ? SealedPassphrase.Seal(context.Vault, text)
            : throw Errors.PassphraseEmpty(ValueBinder.PlaceOf(node));
    }
}
