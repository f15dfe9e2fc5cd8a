using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Binding;

/// <summary>Binds SHOW BACKUPS and SHOW BACKUP.</summary>
internal sealed class ShowBinder(BindingContext context, ValueBinder values)
{
    public async ValueTask<BoundShowBackups> BindAsync(
        ShowBackupsStatement statement, CancellationToken cancellationToken)
    {
        var withIds = context.UseBackupsWithIds;
        if (!withIds && (statement.NewerThan ?? statement.OlderThan) is { } filter)
            throw Errors.OptionNeeds("the time filter", "use_backups_with_ids", ValueBinder.PlaceOf(filter));
        var withStart = statement.Option == ShowBackupsOption.RevisionStartTime;
        if (!withIds && withStart)
            throw Errors.OptionNeeds("REVISION START TIME", "use_backups_with_ids", ValueBinder.PlaceOf(statement));
        var collection = await values.LocationAsync(statement.Uris, reading: true, cancellationToken)
            .ConfigureAwait(false);
        return new BoundShowBackups(collection)
        {
            WithIds = withIds,
            WithRevisionStart = withStart,
            NewerThan = statement.NewerThan is null ? null : new AsOfBinder(context, values).Bind(statement.NewerThan)
                .Time,
            OlderThan = statement.OlderThan is null ? null : new AsOfBinder(context, values).Bind(statement.OlderThan)
                .Time,
        };
    }

    public async ValueTask<BoundShowBackup> BindAsync(
        ShowBackupStatement statement, CancellationToken cancellationToken)
    {
        var options = statement.Options;
        if (options.Sample is not null && statement.View != ShowBackupView.Validate)
            throw Errors.OptionOnlyFor("sample", "SHOW BACKUP VALIDATE", At("sample"));
        var notices = new List<string>();
        if (statement.IsDeprecatedForm)
            notices.Add("the form SHOW BACKUP without IN is deprecated: SHOW BACKUP FROM <sub-directory> IN <collection>");
        var backup = statement.IsDeprecatedForm ? "" : values.Text(statement.Backup).Trim('/');
        var collection = statement.IsDeprecatedForm
            ? await values.LocationAsync(statement.Backup, cancellationToken).ConfigureAwait(false)
            : await values.LocationAsync(statement.Uris, reading: true, cancellationToken).ConfigureAwait(false);
        return new BoundShowBackup(Kind(statement.View), collection)
        {
            Subdirectory = backup.Equals("latest", StringComparison.OrdinalIgnoreCase) ? null : backup,
            IncrementalLocation = await values
                .LocationOrNullAsync(options.IncrementalLocation, reading: true, cancellationToken)
                .ConfigureAwait(false),
            Keys = await KeysAsync(options, cancellationToken).ConfigureAwait(false),
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

    private async ValueTask<BackupKeys?> KeysAsync(ShowBackupOptions options, CancellationToken cancellationToken)
    {
        var keys = await new KeysBinder(context, values).BindAsync(
            options.EncryptionPassphrase, options.Kms, ValueBinder.PlaceOf(options.SpanOf("kms")), cancellationToken)
            .ConfigureAwait(false);
        if (options.EncryptionInfoDirectory is not { } elsewhere)
            return keys;
        var location = await values.LocationAsync(elsewhere, cancellationToken).ConfigureAwait(false);
        return keys is null
            ? throw Errors.OptionNeeds(
                "encryption_info_dir", "encryption_passphrase or kms",
                ValueBinder.PlaceOf(options.SpanOf("encryption_info_dir")))
            : keys with { InfoLocation = location };
    }

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
