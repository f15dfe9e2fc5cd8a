using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;
using Backup.Sql.Tuning;

namespace Backup.Sql.Binding;

/// <summary>Binds SET, RESET and SHOW CLUSTER SETTING.</summary>
internal sealed class SettingsBinder(BindingContext context, ValueBinder values)
{
    public async ValueTask<BoundStatement> BindAsync(Statement statement, CancellationToken cancellationToken)
    {
        if (statement is ShowClusterSettingsStatement show)
            return new BoundShowSettings(show.Setting is null ? SettingDefinitions.All : [Find(show.Setting)]);
        await context.Rights
            .RequireAdminAsync("change cluster settings", ValueBinder.PlaceOf(statement), cancellationToken)
                .ConfigureAwait(false);
        return statement is SetClusterSettingStatement { Value: not DefaultLiteral } set
            ? Set(set)
            : new BoundSetSetting(
                Find((statement as SetClusterSettingStatement)?.Setting
                    ?? ((ResetClusterSettingStatement)statement).Setting),
                Value: null);
    }

    private BoundSetSetting Set(SetClusterSettingStatement statement)
    {
        var setting = Find(statement.Setting);
        var text = values.Constant(statement.Value);
        var value = text is null ? null : SettingText.Read(setting, text);
        return new BoundSetSetting(setting, value ?? throw Errors.InvalidOptionValue(
            setting.Name, text ?? "NULL", SettingText.Expected(setting), ValueBinder.PlaceOf(statement.Value)));
    }

    private static SettingDefinition Find(ObjectName name)
    {
        var text = string.Join('.', name.Parts.Select(part => part.Text));
        return SettingDefinitions.Find(text)
            ?? throw Errors.UnknownSetting(
                text, SettingDefinitions.All.Select(setting => setting.Name), ValueBinder.PlaceOf(name));
    }
}
