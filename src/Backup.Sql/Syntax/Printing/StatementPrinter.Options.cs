namespace Backup.Sql.Syntax;

/// <content>Options, always in a fixed order.</content>
internal sealed partial class StatementPrinter
{
    private void PrintWithOptions(BackupOptions options)
    {
        if (IsLoneFalse(options))
            return;
        var writer = new OptionWriter(this, " WITH OPTIONS (", ")");
        Write(writer, options);
        writer.Close();
    }

    // "detached = FALSE" alone is the default, which is not printed.
    private static bool IsLoneFalse(BackupOptions options) =>
        options.Detached == false && options with { Detached = null } == BackupOptions.None;

    private static void Write(OptionWriter writer, BackupOptions options)
    {
        writer.Value("revision_history", options.RevisionHistory);
        writer.Secret("encryption_passphrase", options.EncryptionPassphrase);
        writer.Flag("detached", options.Detached == true);
        writer.Flag("detached = FALSE", options.Detached == false);
        writer.Uris("kms", options.Kms, areKeys: true);
        writer.Uris("incremental_location", options.IncrementalLocation);
        writer.Value("execution locality", options.ExecutionLocality);
        writer.Value("include_all_virtual_clusters", options.IncludeAllVirtualClusters);
        writer.Value("updates_cluster_monitoring_metrics", options.UpdatesClusterMonitoringMetrics);
        writer.Flag("strict storage locality", options.StrictStorageLocality);
        writer.Flag("revision stream", options.RevisionStream);
        writer.Value("pause", options.Pause);
        writer.Value("pause_wait", options.PauseWait);
        writer.Value("name", options.Name);
        writer.Value("labels", SortedLabels(options.Labels));
        writer.Value("compression", options.Compression);
        writer.Value("compression_level", options.CompressionLevel);
    }

    private static StringOrPlaceholder? SortedLabels(StringOrPlaceholder? labels) =>
        labels is StringLiteral literal ? new StringLiteral(LabelText.Sort(literal.Value)) : labels;

    private void PrintWithOptions(RestoreOptions options)
    {
        var writer = new OptionWriter(this, " WITH OPTIONS (", ")");
        writer.Secret("encryption_passphrase", options.EncryptionPassphrase);
        writer.Uris("kms", options.Kms, areKeys: true);
        writer.Value("into_db", options.IntoDatabase);
        writer.Flag("skip_missing_foreign_keys", options.SkipMissingForeignKeys);
        writer.Flag("skip_missing_sequence_owners", options.SkipMissingSequenceOwners);
        writer.Flag("skip_missing_sequences", options.SkipMissingSequences);
        writer.Flag("skip_missing_views", options.SkipMissingViews);
        writer.Flag("skip_missing_udfs", options.SkipMissingFunctions);
        writer.Flag("detached", options.Detached);
        writer.Flag("skip_localities_check", options.SkipLocalitiesCheck || options.RemoveRegions);
        writer.Value("new_db_name", options.NewDatabaseName);
        writer.Uris("incremental_location", options.IncrementalLocation);
        writer.Value("virtual_cluster_name", options.VirtualClusterName);
        writer.Value("virtual_cluster", options.VirtualCluster);
        writer.Flag("schema_only", options.SchemaOnly);
        writer.Flag("verify_backup_table_data", options.VerifyBackupTableData);
        writer.Flag("unsafe_restore_incompatible_version", options.UnsafeRestoreIncompatibleVersion);
        writer.Value("execution locality", options.ExecutionLocality);
        writer.Flag("experimental deferred copy", options.ExperimentalDeferredCopy);
        writer.Flag("experimental copy", options.ExperimentalCopy);
        writer.Flag("remove_regions", options.RemoveRegions);
        writer.Flag("grants", options.Grants);
        writer.Value("engine", options.Engine);
        writer.Value("into_schema", options.IntoSchema);
        writer.Close();
    }

    private void PrintWithOptions(ShowBackupOptions options)
    {
        var writer = new OptionWriter(this, " WITH OPTIONS (", ")");
        writer.Flag("as_json", options.AsJson);
        writer.Flag("check_files", options.CheckFiles);
        writer.Flag("debug_ids", options.DebugIds);
        writer.Secret("encryption_passphrase", options.EncryptionPassphrase);
        writer.Uris("incremental_location", options.IncrementalLocation);
        writer.Flag("privileges", options.Privileges);
        writer.Value("encryption_info_dir", options.EncryptionInfoDirectory);
        writer.Uris("kms", options.Kms, areKeys: true);
        writer.Flag("skip size", options.SkipSize);
        writer.Value("sample", options.Sample);
        writer.Close();
    }

    private void PrintWithOptions(CheckConnectionOptions options)
    {
        var writer = new OptionWriter(this, " WITH OPTIONS (", ")");
        writer.Value("CONCURRENTLY", options.Concurrently);
        writer.Value("TRANSFER", options.Transfer);
        writer.Value("TIME", options.Time);
        writer.Close();
    }

    /// <summary>Prints the options that are given, and what encloses them if there are any.</summary>
    private sealed class OptionWriter(StatementPrinter printer, string open, string close)
    {
        private bool _any;

        public void Flag(string name, bool isGiven)
        {
            if (isGiven)
                Begin(name);
        }

        public void Value(string name, Expression? value)
        {
            if (value is null)
                return;
            Begin(name);
            printer.Write(" = ");
            printer.Print(value);
        }

        public void Secret(string name, StringOrPlaceholder? value)
        {
            if (value is null)
                return;
            Begin(name);
            printer.Write(" = ");
            printer.PrintSecret(value);
        }

        public void Uris(string name, ValueList<StringOrPlaceholder> uris, bool areKeys = false)
        {
            if (uris.IsEmpty)
                return;
            Begin(name);
            printer.Write(" = ");
            printer.PrintUris(uris, areKeys);
        }

        public void Close() => printer.Write(_any, close);

        private void Begin(string name)
        {
            printer.Write(_any ? ", " : open);
            _any = true;
            printer.Write(name);
        }
    }
}
