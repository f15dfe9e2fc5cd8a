using System.Globalization;
using Backup.Sql.Storage;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>
/// Makes a BACKUP statement that can be stored out of one that was typed, and the other way round: placeholders become
/// their values, secrets references to the vault.
/// </summary>
internal sealed class BackupSealing(ISecretVault vault, ValueBinder values)
{
    public BackupStatement Seal(BackupStatement backup) =>
        backup with { Uris = Seal(backup.Uris), Options = Seal(backup.Options) };

    public ValueList<StringOrPlaceholder> Seal(ValueList<StringOrPlaceholder> locations) =>
        [.. locations.Select(SealLocation)];

    public BackupOptions Seal(BackupOptions options) => options with
    {
        RevisionHistory = Truth("revision_history", options.RevisionHistory),
        EncryptionPassphrase = SealPassphrase(options.EncryptionPassphrase),
        Kms = Seal(options.Kms),
        IncrementalLocation = Seal(options.IncrementalLocation),
        ExecutionLocality = Literal(options.ExecutionLocality),
        IncludeAllVirtualClusters = Truth("include_all_virtual_clusters", options.IncludeAllVirtualClusters),
        UpdatesClusterMonitoringMetrics =
            Truth("updates_cluster_monitoring_metrics", options.UpdatesClusterMonitoringMetrics),
        Pause = options.Pause is Placeholder pause ? Literal(pause) : options.Pause,
        PauseWait = Literal(options.PauseWait),
        Name = Literal(options.Name),
        Labels = Literal(options.Labels),
        Compression = Literal(options.Compression),
        CompressionLevel = options.CompressionLevel is null ? null : new NumberLiteral(
            values.Integer("compression_level", options.CompressionLevel, 0, 19)
                .ToString(CultureInfo.InvariantCulture)),
    };

    /// <summary>The statement with its secrets, to be bound and then forgotten.</summary>
    /// <exception cref="Diagnostics.BackupSqlException">42704 the vault does not hold a secret.</exception>
    public static BackupStatement Open(BackupStatement backup, ISecretVault vault) => backup with
    {
        Uris = Open(backup.Uris, vault),
        Options = backup.Options with
        {
            EncryptionPassphrase = OpenPassphrase(backup.Options.EncryptionPassphrase, vault),
            Kms = Open(backup.Options.Kms, vault),
            IncrementalLocation = Open(backup.Options.IncrementalLocation, vault),
        },
    };

    /// <summary>
    /// The statement without the references: what they lead to is left out, and binding it says which secret is
    /// missing.
    /// </summary>
    /// <param name="backup">A statement as it is stored.</param>
    public static BackupStatement LeaveOut(BackupStatement backup) => backup with
    {
        Uris = LeaveOut(backup.Uris),
        Options = backup.Options with
        {
            EncryptionPassphrase = backup.Options.EncryptionPassphrase is StringLiteral passphrase
                ? LeaveOut(passphrase)
                : null,
            Kms = LeaveOut(backup.Options.Kms),
            IncrementalLocation = LeaveOut(backup.Options.IncrementalLocation),
        },
    };

    private static ValueList<StringOrPlaceholder> LeaveOut(ValueList<StringOrPlaceholder> locations) =>
        [.. locations.Select(node => LeaveOut((StringLiteral)node))];

    private static StringLiteral LeaveOut(StringLiteral location) => location.Value.Length == 0
        ? location
        : new StringLiteral(StoreUri.Parse(location.Value).WithSecrets((_, _) => MemorySecretVault.LeftOut));

    private static ValueList<StringOrPlaceholder> Open(ValueList<StringOrPlaceholder> locations, ISecretVault vault) =>
        [.. locations.Select(node => new StringLiteral(vault.Open(((StringLiteral)node).Value).Text))];

    private static StringLiteral? OpenPassphrase(StringOrPlaceholder? node, ISecretVault vault) =>
        node is StringLiteral literal
            ? new StringLiteral(SealedPassphrase.Open(vault, literal.Value))
            : null;

    // An empty string unsets an option: nothing to put away.
    private StringOrPlaceholder SealLocation(StringOrPlaceholder node) => values.Text(node) is { Length: > 0 } text
        ? new StringLiteral(vault.Seal(StoreUri.Parse(text))) { Span = node.Span }
        : node;

    private StringOrPlaceholder? SealPassphrase(StringOrPlaceholder? node) =>
        node is null ? null
        : values.Text(node) is { Length: > 0 } text
            ? new StringLiteral(SealedPassphrase.Seal(vault, text)) { Span = node.Span }
        : node;

    private StringLiteral? Literal(StringOrPlaceholder? node) =>
        node is null ? null : new StringLiteral(values.Text(node)) { Span = node.Span };

    private BooleanLiteral? Truth(string option, Expression? value) =>
        value is null ? null : new BooleanLiteral(values.Boolean(option, value)) { Span = value.Span };
}
