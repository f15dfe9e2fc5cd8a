namespace Backup.Sql.Syntax;

/// <summary><c>SET INTO</c>.</summary>
/// <param name="Uris">The new collection's locations, at least one.</param>
public sealed record SetScheduleCollection(ValueList<StringOrPlaceholder> Uris) : ScheduleChange;
