namespace Backup.Sql.Syntax;

/// <summary><c>DROP PASSPHRASE = …</c>.</summary>
/// <param name="Passphrase">The passphrase that is no longer to open the backup.</param>
public sealed record DropPassphrase(StringOrPlaceholder Passphrase) : KeyChange;
