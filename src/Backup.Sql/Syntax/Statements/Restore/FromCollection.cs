namespace Backup.Sql.Syntax;

/// <summary><c>FROM sub IN c</c>.</summary>
/// <param name="Backup">A sub-directory, a registered name, a backup ID, or <c>latest</c> in any case.</param>
/// <param name="Uris">The collection's locations, at least one.</param>
public sealed record FromCollection(StringOrPlaceholder Backup, ValueList<StringOrPlaceholder> Uris) : RestoreSource;
