using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>The PROPERTIES of a BACKUP SNAPSHOT or a RESTORE SNAPSHOT, typed and checked.</summary>
internal sealed class SnapshotProperties
{
    private const int DefaultTimeout = 86_400;
    private const int LeastTimeout = 600;
    private static readonly string[] TimestampFormats = ["yyyy-MM-dd-HH-mm-ss", "yyyy-MM-dd-HH-mm-ss-fff"];

    private readonly Dictionary<string, Property> _properties = new(StringComparer.Ordinal);

    /// <summary>Takes the properties of a statement.</summary>
    /// <param name="statement">What the statement is called in errors.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="known">The keys that it knows.</param>
    public SnapshotProperties(string statement, IEnumerable<Property> properties, IReadOnlyList<string> known)
    {
        foreach (var property in properties)
        {
            var key = property.Key.Value;
            if (!known.Contains(key, StringComparer.Ordinal))
                throw Errors.UnknownProperty(statement, key, known, ValueBinder.PlaceOf(property));
            if (!_properties.TryAdd(key, property))
                throw Errors.NamedTwice("property", key, ValueBinder.PlaceOf(property));
        }
    }

    /// <summary>How long the job may take, in seconds.</summary>
    public int Timeout()
    {
        if (Find("timeout") is not { } property)
            return DefaultTimeout;
        var seconds = Number(property, "a number of seconds, 600 and more");
        return seconds >= LeastTimeout ? seconds : throw Errors.TimeoutTooShort(ValueBinder.PlaceOf(property.Value));
    }

    /// <summary>How long the snapshot is kept; null when nothing is said.</summary>
    public CalendarPeriod? Ttl() => Find("ttl") is { } property ? Period(property) : null;

    /// <summary>Checks the kind of backup: there is one alone.</summary>
    public void CheckType()
    {
        if (Find("type") is { } property && !property.Value.Value.Equals("full", StringComparison.OrdinalIgnoreCase))
            throw Invalid(property, "full: a snapshot holds all of what it covers");
    }

    /// <summary>The snapshot's time, as the statement gives it; null when it does not.</summary>
    public string? Timestamp()
    {
        if (Find("backup_timestamp") is not { } property)
            return null;
        return DateTime.TryParseExact(
            property.Value.Value, TimestampFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? property.Value.Value
            : throw Invalid(property, "a time as SHOW SNAPSHOT shows it, such as 2026-03-09-14-15-03-270");
    }

    public bool AllowLoad() => Find("allow_load") switch
    {
        null => false,
        { } property when property.Value.Value.Equals("true", StringComparison.OrdinalIgnoreCase) => true,
        { } property when property.Value.Value.Equals("false", StringComparison.OrdinalIgnoreCase) => false,
        { } property => throw Invalid(property, "true or false"),
    };

    /// <summary>
    /// Checks a number that nothing here depends on: replicas and versions of metadata are the engine's.
    /// </summary>
    public int Count(string key, int absent) =>
        Find(key) is { } property ? Number(property, "a whole number, 1 or more") : absent;

    /// <summary>Reads <c>7 DAY</c>.</summary>
    public static CalendarPeriod Period(Property property) =>
        CalendarPeriod.TryParse(property.Value.Value, out var period)
            ? period
            : throw Invalid(property, "a number and SECOND, MINUTE, HOUR, DAY, WEEK, MONTH or YEAR, such as 7 DAY");

    private Property? Find(string key) => _properties.GetValueOrDefault(key);

    private static int Number(Property property, string expected) =>
        int.TryParse(property.Value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            ? number
            : throw Invalid(property, expected);

    private static BackupSqlException Invalid(Property property, string expected) =>
        Errors.InvalidProperty(
            property.Key.Value, property.Value.Value, expected, ValueBinder.PlaceOf(property.Value));
}
