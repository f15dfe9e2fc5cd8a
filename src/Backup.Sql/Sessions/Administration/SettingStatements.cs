using Backup.Sql.Binding;

namespace Backup.Sql.Sessions.Administration;

/// <summary>Carries out SET, RESET and SHOW CLUSTER SETTING.</summary>
internal sealed class SettingStatements(SettingsInForce settings)
{
    private static readonly ResultColumn[] Columns =
    [
        new("variable", ResultType.String), new("value", ResultType.String), new("setting_type", ResultType.String),
        new("description", ResultType.String),
    ];

    public async Task<StatementResult> RunAsync(BoundSettings bound, CancellationToken cancellationToken)
    {
        if (bound is BoundSetSetting set)
        {
            await settings.WriteAsync(set.Setting.Name, set.Value, cancellationToken).ConfigureAwait(false);
            return ResultSet.Empty(set.Value is null ? "RESET CLUSTER SETTING" : "SET CLUSTER SETTING");
        }

        var show = (BoundShowSettings)bound;
        return ResultSet.Of($"SHOW CLUSTER SETTINGS {show.Settings.Count}", Columns, show.Settings.Select(
            setting => (IReadOnlyList<object?>)
            [
                setting.Name, SettingText.Show(setting, settings.ValueOf(setting)), SettingText.TypeOf(setting),
                setting.Description,
            ]));
    }
}
