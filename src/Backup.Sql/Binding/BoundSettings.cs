using Backup.Sql.Tuning;

namespace Backup.Sql.Binding;

/// <summary>What is done with cluster settings.</summary>
internal abstract record BoundSettings : BoundStatement;

/// <summary>SET CLUSTER SETTING, RESET CLUSTER SETTING.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">Its value without units; null for the host's.</param>
internal sealed record BoundSetSetting(SettingDefinition Setting, string? Value) : BoundSettings
{
    public override string Effect() => Value is null
        ? $"gives {Setting.Name} the host's value again, for statements after it"
        : $"sets {Setting.Name} to {SettingText.Show(Setting, Value)}, for statements after it on every host of the state store";
}

/// <summary>SHOW CLUSTER SETTING(S).</summary>
/// <param name="Settings">Which ones.</param>
internal sealed record BoundShowSettings(IReadOnlyList<SettingDefinition> Settings) : BoundSettings
{
    public override string Effect() => "reads the settings; changes nothing";
}
