namespace Backup.Sql.Syntax;

/// <summary><c>ADD NEW_KMS = … WITH OLD_KMS = …</c>.</summary>
/// <param name="NewKms">The key locations that are to open the backup as well, at least one.</param>
/// <param name="OldKms">Key locations that open it now, at least one.</param>
public sealed record AddKms(ValueList<StringOrPlaceholder> NewKms, ValueList<StringOrPlaceholder> OldKms) : KeyChange;
