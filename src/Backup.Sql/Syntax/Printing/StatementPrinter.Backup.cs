namespace Backup.Sql.Syntax;

/// <content>BACKUP, RESTORE, SHOW BACKUP and ALTER BACKUP.</content>
internal sealed partial class StatementPrinter
{
    private void PrintBackup(BackupStatement statement)
    {
        Write("BACKUP ");
        PrintTargets(statement.Targets);
        Write(statement.Destination is ToLocation ? "TO " : "INTO ");
        if (statement.Destination is IntoLatest)
        {
            Write("LATEST IN ");
        }
        else if (statement.Destination is IntoSubdirectory into)
        {
            Print(into.Subdirectory);
            Write(" IN ");
        }

        PrintUris(statement.Uris);
        PrintAsOf(statement.AsOf);
        if (statement.Destination is ToLocation { IncrementalFrom: { IsEmpty: false } chain })
        {
            Write(" INCREMENTAL FROM ");
            List(chain, PrintUri);
        }

        PrintWithOptions(statement.Options);
    }

    private void PrintTargets(BackupTargets? targets)
    {
        switch (targets)
        {
            case TableTargets t:
                Write("TABLE ");
                List(t.Tables, Print);
                break;
            case DatabaseTargets t:
                Write("DATABASE ");
                PrintNames(t.Databases);
                break;
            case VirtualClusterTarget t:
                Write("VIRTUAL CLUSTER ");
                Write(t.Id);
                break;
            case SystemUsersTarget:
                Write("SYSTEM USERS");
                break;
        }

        Write(targets is not null, " ");
    }

    private void Print(TablePattern table)
    {
        PrintParts(table.Parts);
        if (table.IsWildcard)
            Write(table.Parts.IsEmpty ? "*" : ".*");
        PrintAlias(table.Alias);
    }

    private void PrintAsOf(Expression? time)
    {
        if (time is null)
            return;
        Write(" AS OF SYSTEM TIME ");
        Print(time);
    }

    private void PrintRestore(RestoreStatement statement)
    {
        Write("RESTORE ");
        PrintTargets(statement.Targets);
        Write("FROM ");
        switch (statement.Source)
        {
            case FromCollection s:
                Print(s.Backup);
                Write(" IN ");
                PrintUris(s.Uris);
                break;
            case FromLocations s:
                List(s.Layers, layer => PrintUris(layer));
                break;
        }

        PrintAsOf(statement.AsOf);
        PrintWithOptions(statement.Options);
    }

    private void PrintShowBackups(ShowBackupsStatement statement)
    {
        Write("SHOW BACKUPS IN ");
        PrintUris(statement.Uris);
        if (statement.NewerThan is { } newer)
        {
            Write(" NEWER THAN ");
            Print(newer);
        }

        PrintOlderThan(statement.OlderThan);
        Write(statement.Option == ShowBackupsOption.Index, " WITH OPTIONS (index)");
        Write(statement.Option == ShowBackupsOption.RevisionStartTime, " WITH OPTIONS (revision start time)");
    }

    private void PrintOlderThan(Expression? time)
    {
        if (time is null)
            return;
        Write(" OLDER THAN ");
        Print(time);
    }

    private void PrintShowBackup(ShowBackupStatement statement)
    {
        Write("SHOW BACKUP ");
        Write(statement.View switch
        {
            ShowBackupView.Schemas => "SCHEMAS ",
            ShowBackupView.Files => "FILES ",
            ShowBackupView.Ranges => "RANGES ",
            ShowBackupView.Validate => "VALIDATE ",
            _ => string.Empty,
        });
        Write(statement.HasFrom, "FROM ");
        if (statement.IsDeprecatedForm)
        {
            PrintUri(statement.Backup);
        }
        else
        {
            Print(statement.Backup);
            Write(" IN ");
            PrintUris(statement.Uris);
        }

        PrintWithOptions(statement.Options);
    }

    private void PrintAlterBackup(AlterBackupStatement statement)
    {
        Write("ALTER BACKUP ");
        if (statement.Collection is { } collection)
        {
            Print(statement.Backup);
            Write(" IN ");
            PrintUri(collection);
        }
        else
        {
            PrintUri(statement.Backup);
        }

        foreach (var change in statement.Changes)
            Print(change);
    }

    // The equals of these clauses stand without spaces.
    private void Print(KeyChange change)
    {
        switch (change)
        {
            case AddKms c:
                Write(" ADD NEW_KMS=");
                PrintUris(c.NewKms, areKeys: true);
                Write(" WITH OLD_KMS=");
                PrintUris(c.OldKms, areKeys: true);
                break;
            case AddPassphrase c:
                Write(" ADD NEW_PASSPHRASE=");
                PrintSecret(c.NewPassphrase);
                Write(" WITH OLD_PASSPHRASE=");
                PrintSecret(c.OldPassphrase);
                break;
            case DropPassphrase c:
                Write(" DROP PASSPHRASE=");
                PrintSecret(c.Passphrase);
                break;
        }
    }
}
