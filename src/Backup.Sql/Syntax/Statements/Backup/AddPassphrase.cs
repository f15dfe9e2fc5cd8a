namespace Backup.Sql.Syntax;

/// <summary><c>ADD NEW_PASSPHRASE = … WITH OLD_PASSPHRASE = …</c>.</summary>
/// <param name="NewPassphrase">The passphrase that is to open the backup as well.</param>
/// <param name="OldPassphrase">A passphrase that opens it now.</param>
public sealed record AddPassphrase(StringOrPlaceholder NewPassphrase, StringOrPlaceholder OldPassphrase) : KeyChange;
