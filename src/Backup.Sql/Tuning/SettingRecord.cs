namespace Backup.Sql.Tuning;

/// <summary>A cluster setting that was set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">
/// The value without units: bytes, milliseconds, a number, <c>true</c> or <c>false</c>, a word.
/// </param>
internal sealed record SettingRecord(string Name, string Value);
