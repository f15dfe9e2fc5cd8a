namespace Backup.Sql.Tuning;

/// <summary>A cluster setting: what it may be and what it does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Description">What it does.</param>
internal sealed record SettingDefinition(string Name, SettingType Type, string Description)
{
    /// <summary>The least number, in bytes or milliseconds where it has a unit.</summary>
    public long Minimum { get; init; }

    /// <summary>The largest number.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Zero is allowed beside <see cref="Minimum"/> and more.</summary>
    public bool AllowsZero { get; init; }

    /// <summary>The words of an enumeration.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool Allows(long number) => (AllowsZero && number == 0) || (number >= Minimum && number <= Maximum);
}
