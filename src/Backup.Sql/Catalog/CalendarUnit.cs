namespace Backup.Sql.Catalog;

/// <summary>The units of a <see cref="CalendarPeriod"/>.</summary>
internal enum CalendarUnit
{
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}
