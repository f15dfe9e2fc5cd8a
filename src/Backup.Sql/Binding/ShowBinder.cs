using System.Globalization;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds SHOW BACKUPS and SHOW BACKUP.</summary>
internal sealed class ShowBinder(BindingContext context, ValueBinder values)
{
    public BoundShowBackups Bind(ShowBackupsStatement statement)
    {
        var withIds = context.UseBackupsWithIds;
        if (!withIds && (statement.NewerThan ?? statement.OlderThan) is { } filter)
            throw Errors.OptionNeeds("the time filter", "use_backups_with_ids", ValueBinder.PlaceOf(filter));
        return new BoundShowBackups(values.Location(statement.Uris))
        {
            WithIds = withIds,
            WithRevisionStart = withIds && statement.Option == ShowBackupsOption.RevisionStartTime,
            NewerThan = statement.NewerThan is null ? null : new AsOfBinder(context, values).Bind(statement.NewerThan)
                .Time,
            OlderThan = statement.OlderThan is null ? null : new AsOfBinder(context, values).Bind(statement.OlderThan)
                .Time,
        };
    }

    public BoundShowBackup Bind(ShowBackupStatement statement)
    {
        var options = statement.Options;
        if (options.EncryptionPassphrase is not null)
            throw Errors.OptionNotSupported("encryption_passphrase", At("encryption_passphrase"));
        if (!options.Kms.IsEmpty)
            throw Errors.OptionNotSupported("kms", At("kms"));
        if (options.EncryptionInfoDirectory is not null)
            throw Errors.OptionNotSupported("encryption_info_dir", At("encryption_info_dir"));
        if (options.Sample is not null && statement.View != ShowBackupView.Validate)
            throw Errors.OptionOnlyFor("sample", "SHOW BACKUP VALIDATE", At("sample"));
        var notices = new List<string>();
        if (statement.IsDeprecatedForm)
            notices.Add("the form SHOW BACKUP without IN is deprecated: SHOW BACKUP FROM <sub-directory> IN <collection>");
        var backup = statement.IsDeprecatedForm ? "" : values.Text(statement.Backup).Trim('/');
        return new BoundShowBackup(Kind(statement.View), CollectionOf(statement))
        {
            Subdirectory = backup.Equals("latest", StringComparison.OrdinalIgnoreCase) ? null : backup,
            IncrementalLocation = options.IncrementalLocation.IsEmpty ? null
                : values.Location(options.IncrementalLocation),
            WithIds = context.UseBackupsWithIds,
            AsJson = options.AsJson,
            CheckFiles = options.CheckFiles,
            DebugIds = options.DebugIds,
            Privileges = options.Privileges,
            SkipSize = options.SkipSize,
            Sample = options.Sample is null ? 1 : Sample(options.Sample),
            Notices = notices,
        };

        TextPlace At(string option) => ValueBinder.PlaceOf(options.SpanOf(option));
    }

    private string CollectionOf(ShowBackupStatement statement) =>
        statement.IsDeprecatedForm ? values.Location(statement.Backup) : values.Location(statement.Uris);

    private double Sample(StringOrPlaceholder node)
    {
        var text = values.Text(node);
        return text.EndsWith('%')
            && double.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out var percent)
            && percent is > 0 and <= 100
            ? percent / 100
            : throw Errors.InvalidOptionValue("sample", text, "a share such as '5%'", ValueBinder.PlaceOf(node));
    }

    private static ShowBackupKind Kind(ShowBackupView view) => view switch
    {
        ShowBackupView.Schemas => ShowBackupKind.Schemas,
        ShowBackupView.Files => ShowBackupKind.Files,
        ShowBackupView.Ranges => ShowBackupKind.Ranges,
        ShowBackupView.Validate => ShowBackupKind.Validate,
        _ => ShowBackupKind.Objects,
    };
}
