using System.Globalization;

namespace Backup.Sql.Syntax;

/// <content>External connections, registry, policies, expiry and settings.</content>
internal sealed partial class StatementPrinter
{
    private void PrintConnectionOrOwn(Statement statement)
    {
        switch (statement)
        {
            case CreateExternalConnectionStatement s:
                Write("CREATE EXTERNAL CONNECTION ");
                Write(s.IfNotExists, "IF NOT EXISTS ");
                PrintConnection(s.Name, s.Uri);
                break;
            case AlterExternalConnectionStatement s:
                Write("ALTER EXTERNAL CONNECTION ");
                Write(s.IfExists, "IF EXISTS ");
                PrintConnection(s.Name, s.Uri);
                break;
            case DropExternalConnectionStatement s:
                Write("DROP EXTERNAL CONNECTION ");
                Print(s.Name);
                break;
            case CheckExternalConnectionStatement s:
                Write("CHECK EXTERNAL CONNECTION ");
                PrintUri(s.Uri);
                PrintWithOptions(s.Options);
                break;
            case ShowExternalConnectionsStatement s:
                PrintOneOrAll("SHOW EXTERNAL CONNECTION ", s.Name, "SHOW EXTERNAL CONNECTIONS");
                break;
            case ShowCreateExternalConnectionStatement s:
                PrintOneOrAll("SHOW CREATE EXTERNAL CONNECTION ", s.Name, "SHOW CREATE ALL EXTERNAL CONNECTIONS");
                break;
            case DropBackupStatement s:
                PrintDropBackup(s);
                break;
            case DropBackupsStatement s:
                PrintDropBackups(s);
                break;
            default:
                PrintRegistryOrPolicy(statement);
                break;
        }
    }

    private void PrintRegistryOrPolicy(Statement statement)
    {
        switch (statement)
        {
            case ShowRegisteredBackupsStatement s:
                PrintShowRegisteredBackups(s);
                break;
            case ShowRegisteredBackupStatement s:
                Write("SHOW REGISTERED BACKUP ");
                Print(s.Backup);
                break;
            case ImportBackupStatement s:
                PrintImport(s);
                break;
            case AlterRegisteredBackupStatement s:
                Write("ALTER REGISTERED BACKUP ");
                Print(s.Backup);
                Write(" SET");
                PrintLabels(s.Labels);
                break;
            case DropRegisteredBackupsStatement s:
                Write(s.IfExists ? "DROP BACKUP IF EXISTS " : "DROP BACKUP ");
                List(s.Backups, Print);
                break;
            case CreatePolicyStatement s:
                PrintCreatePolicy(s);
                break;
            case AlterPolicyStatement s:
                Write("ALTER BACKUP POLICY ");
                Print(s.Policy);
                Print(s.Change);
                break;
            case DropPolicyStatement s:
                Write(s.IfExists ? "DROP BACKUP POLICY IF EXISTS " : "DROP BACKUP POLICY ");
                Print(s.Policy);
                break;
            case ShowPoliciesStatement s:
                PrintShowPolicies(s);
                break;
            case ShowMissedBackupsStatement s:
                Write("SHOW MISSED BACKUPS FOR POLICY ");
                Print(s.Policy);
                break;
            default:
                PrintSetting(statement);
                break;
        }
    }

    private void PrintConnection(StringOrPlaceholder name, StringOrPlaceholder uri)
    {
        Print(name);
        Write(" AS ");
        PrintUri(uri);
    }

    private void PrintOneOrAll(string one, StringOrPlaceholder? name, string all)
    {
        Write(name is null ? all : one);
        if (name is not null)
            Print(name);
    }

    // ---- Registry ----

    private void PrintShowRegisteredBackups(ShowRegisteredBackupsStatement statement)
    {
        Write("SHOW REGISTERED BACKUPS");
        if (statement.Database is { } database)
        {
            Write(" FOR DATABASE ");
            Print(database);
        }

        PrintWithLabels(statement.Labels);
    }

    private void PrintImport(ImportBackupStatement statement)
    {
        Write("IMPORT BACKUP ");
        Print(statement.Handle);
        Write(" USING PLUGIN ");
        Print(statement.Plugin);
        Write(" FOR DATABASE ");
        Print(statement.Database);
        if (statement.RegisteredName is { } name)
        {
            Write(" AS ");
            Print(name);
        }

        PrintWithLabels(statement.Labels);
    }

    private void PrintWithLabels(StringOrPlaceholder? labels)
    {
        if (labels is null)
            return;
        Write(" WITH");
        PrintLabels(labels);
    }

    private void PrintLabels(StringOrPlaceholder labels)
    {
        Write(" LABELS = ");
        Print(SortedLabels(labels)!);
    }

    // ---- Policies ----

    private void PrintCreatePolicy(CreatePolicyStatement statement)
    {
        Write("CREATE BACKUP POLICY ");
        Write(statement.IfNotExists, "IF NOT EXISTS ");
        Print(statement.Policy);
        Write(" FOR ");
        Print(statement.Selector);
        Write(" INTO ");
        PrintUris(statement.Uris);
        Write(" RECURRING ");
        Print(statement.Recurrence);
        if (!statement.Retain.IsEmpty)
            PrintRules(" RETAIN (", statement.Retain);
        PrintWithOptions(statement.Options);
    }

    private void Print(PolicySelector selector)
    {
        switch (selector)
        {
            case SelectDatabases s:
                Write("DATABASE ");
                PrintNames(s.Databases);
                break;
            case SelectScope s:
                Write("SCOPE ");
                Print(s.Scope);
                break;
            case SelectLabels s:
                Write("LABELS ");
                Print(SortedLabels(s.Labels)!);
                break;
            case SelectAllDatabases:
                Write("ALL DATABASES");
                break;
        }
    }

    private void Print(PolicyChange change)
    {
        switch (change)
        {
            case SuspendPolicy:
                Write(" SUSPEND");
                break;
            case ResumePolicy:
                Write(" RESUME");
                break;
            case SetPolicyRecurrence c:
                Write(" SET RECURRING ");
                Print(c.Recurrence);
                break;
            case SetPolicyRetention c:
                PrintRules(" SET RETAIN (", c.Rules);
                break;
            case SetPolicyLabels c:
                Write(" SET");
                PrintLabels(c.Labels);
                break;
        }
    }

    private void PrintRules(string open, ValueList<RetentionRule> rules)
    {
        Write(open);
        List(rules.OrderBy(rule => rule.Cycle).ToValueList(), Print);
        Write(")");
    }

    private void Print(RetentionRule rule) => Write(string.Create(
        CultureInfo.InvariantCulture, $"{rule.Cycle.ToString().ToUpperInvariant()} = {rule.Count}"));

    private void PrintShowPolicies(ShowPoliciesStatement statement)
    {
        Write(statement.Policy is null ? "SHOW BACKUP POLICIES" : "SHOW BACKUP POLICY ");
        if (statement.Policy is { } policy)
            Print(policy);
    }

    // ---- Expiry ----

    private void PrintDropBackup(DropBackupStatement statement)
    {
        Write("DROP BACKUP ");
        Write(statement.IfExists, "IF EXISTS ");
        if (statement.Backup is { } backup)
            Print(backup);
        else
            Write("LATEST");
        Write(" IN ");
        PrintUris(statement.Uris);
    }

    private void PrintDropBackups(DropBackupsStatement statement)
    {
        Write("DROP BACKUPS IN ");
        PrintUris(statement.Uris);
        switch (statement.Rule)
        {
            case OlderThan rule:
                PrintOlderThan(rule.Time);
                break;
            case KeepByRotation rule:
                PrintRules(" KEEP (", rule.Rules);
                break;
        }
    }

    // ---- Settings ----

    private void PrintSetting(Statement statement)
    {
        switch (statement)
        {
            case ConfigureZoneStatement s:
                PrintConfigureZone(s);
                break;
            case ExcludeTableDataStatement s:
                PrintExcludeTableData(s);
                break;
            case SetClusterSettingStatement s:
                Write("SET CLUSTER SETTING ");
                Print(s.Setting);
                Write(" = ");
                Print(s.Value);
                break;
            case ResetClusterSettingStatement s:
                Write("RESET CLUSTER SETTING ");
                Print(s.Setting);
                break;
            case ShowClusterSettingsStatement { Setting: { } setting }:
                Write("SHOW CLUSTER SETTING ");
                Print(setting);
                break;
            case ShowClusterSettingsStatement s:
                Write(s.IsAll ? "SHOW ALL CLUSTER SETTINGS" : "SHOW CLUSTER SETTINGS");
                break;
            default:
                throw new InvalidOperationException($"no printer for {statement.GetType().Name}");
        }
    }

    private void PrintConfigureZone(ConfigureZoneStatement statement)
    {
        Write(statement.IsDatabase ? "ALTER DATABASE " : "ALTER TABLE ");
        Print(statement.Target);
        Write(statement.Variables.IsEmpty ? " CONFIGURE ZONE DISCARD" : " CONFIGURE ZONE USING ");
        List(statement.Variables, Print);
    }

    private void Print(ZoneVariable variable)
    {
        Print(variable.Variable);
        Write(" = ");
        Print(variable.Value);
    }

    private void PrintExcludeTableData(ExcludeTableDataStatement statement)
    {
        Write("ALTER TABLE ");
        Print(statement.Table);
        if (statement.Value is not { } value)
        {
            Write(" RESET (exclude_data_from_backup)");
            return;
        }

        Write(" SET (exclude_data_from_backup = ");
        Print(value);
        Write(")");
    }
}
