using System.Globalization;
using Backup.Sql.Tuning;

namespace Backup.Sql.Binding;

/// <summary>Values of cluster settings as people write them, and as they are kept: without units.</summary>
internal static class SettingText
{
    /// <summary>Reads a value.</summary>
    /// <returns>The value without units; null if it is none of the setting.</returns>
    public static string? Read(SettingDefinition setting, string text)
    {
        var word = text.Trim().ToLowerInvariant();
        switch (setting.Type)
        {
            case SettingType.Boolean:
                return word switch
                {
                    "true" or "t" or "yes" or "y" or "on" or "1" => "true",
                    "false" or "f" or "no" or "n" or "off" or "0" => "false",
                    _ => null,
                };
            case SettingType.Enumeration:
                return setting.Words.Contains(word) ? word : null;
            case SettingType.Size:
                return SizeText.TryParse(text, out var bytes) ? Within(setting, bytes) : null;
            case SettingType.Duration:
                return TimeText.TryParseInterval(text, out var time)
                    ? Within(setting, (long)time.TotalMilliseconds)
                    : null;
            default:
                return long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? Within(setting, number)
                    : null;
        }
    }

    public static string Show(SettingDefinition setting, string value) => setting.Type switch
    {
        SettingType.Size => SizeText.Exact(Number(value)),
        SettingType.Duration when Number(value) % 1000 == 0 && value != "0" =>
            (Number(value) / 1000).ToString(CultureInfo.InvariantCulture) + "s",
        SettingType.Duration => value + "ms",
        _ => value,
    };

    public static string TypeOf(SettingDefinition setting) =>
        setting.Type == SettingType.Size ? "byte size" : setting.Type.ToString().ToLowerInvariant();

    /// <summary>What a setting takes, to follow "Give".</summary>
    public static string Expected(SettingDefinition setting)
    {
        var (least, most) = (Number(setting.Minimum), Number(setting.Maximum));
        return setting.Type switch
        {
            SettingType.Boolean => "true or false",
            SettingType.Enumeration => string.Join(", ", setting.Words.SkipLast(1)) + " or " + setting.Words[^1],
            SettingType.Integer => $"a whole number from {least} to {most}",
            _ => (setting.AllowsZero ? "0, or " : "")
                + $"from '{Show(setting, least)}' to '{Show(setting, most)}'",
        };
    }

    private static string? Within(SettingDefinition setting, long number) =>
        setting.Allows(number) ? Number(number) : null;

    private static long Number(string value) => long.Parse(value, CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
