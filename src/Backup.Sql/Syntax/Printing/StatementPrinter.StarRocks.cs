using Backup.Sql.Diagnostics;

namespace Backup.Sql.Syntax;

/// <content>Statements of the StarRocks dialect.</content>
internal sealed partial class StatementPrinter
{
    // SNAPSHOT and TIMESTAMP are words, not columns, where SHOW SNAPSHOT filters by them.
    private bool _hasFilterWords;

    private void PrintSnapshotStatement(SnapshotStatement statement)
    {
        switch (statement)
        {
            case CreateRepositoryStatement s:
                PrintCreateRepository(s);
                break;
            case DropRepositoryStatement s:
                Write("DROP REPOSITORY ");
                Print(s.Repository);
                break;
            case ShowRepositoriesStatement:
                Write("SHOW REPOSITORIES");
                break;
            case BackupSnapshotStatement s:
                PrintBackupSnapshot(s);
                break;
            case RestoreSnapshotStatement s:
                PrintRestoreSnapshot(s);
                break;
            case CancelSnapshotJobStatement s:
                Write(s.Kind);
                PrintFrom(s.Database);
                Write(s.ForExternalCatalog, " FOR EXTERNAL CATALOG");
                break;
            case ShowSnapshotJobsStatement s:
                Write(s.Kind);
                PrintFrom(s.Database);
                Print(s.Filter);
                break;
            case ShowSnapshotsStatement s:
                PrintShowSnapshots(s);
                break;
            case DropSnapshotStatement s:
                Write("DROP SNAPSHOT ");
                Print(s.Snapshot);
                Write(" ON ");
                Print(s.Repository);
                Write(s.Force, " FORCE");
                break;
            case RecoverStatement s:
                PrintRecover(s);
                break;
            case GrantSnapshotPrivilegeStatement s:
                PrintGrantSnapshotPrivilege(s);
                break;
            default:
                throw new InvalidOperationException($"no printer for {statement.GetType().Name}");
        }
    }

    private void PrintCreateRepository(CreateRepositoryStatement statement)
    {
        Write(statement.IsReadOnly ? "CREATE READ ONLY REPOSITORY " : "CREATE REPOSITORY ");
        Print(statement.Repository);
        Write(" WITH BROKER");
        if (statement.Broker is { } broker)
        {
            Write(" ");
            Print(broker);
        }

        Write(" ON LOCATION ");
        var location = statement.Location.Value;
        Write(StringText.StarRocks(mode == FormatMode.Exposed ? location : UriText.WithoutPassword(location)));
        PrintProperties(statement.Properties);
    }

    private void PrintProperties(ValueList<Property> properties)
    {
        if (properties.IsEmpty)
            return;
        Write(" PROPERTIES (");
        List(properties, Print);
        Write(")");
    }

    private void Print(Property property)
    {
        Print(property.Key);
        Write(" = ");
        if (mode != FormatMode.Exposed && SecretNames.Includes(property.Key.Value))
            Write("\"*****\"");
        else
            Print(property.Value);
    }

    private void PrintBackupSnapshot(BackupSnapshotStatement statement)
    {
        Write("BACKUP ");
        if (statement.Catalogs is { } catalogs)
        {
            Print(catalogs);
            Write(" ");
        }

        if (statement.Database is { } database)
        {
            Write("DATABASE ");
            Print(database);
            Write(" ");
        }

        Write("SNAPSHOT ");
        Print(statement.Snapshot);
        Write(" TO ");
        Print(statement.Repository);
        PrintObjects(statement.Objects);
        PrintProperties(statement.Properties);
    }

    private void PrintRestoreSnapshot(RestoreSnapshotStatement statement)
    {
        Write("RESTORE SNAPSHOT ");
        Print(statement.Snapshot);
        Write(" FROM ");
        Print(statement.Repository);
        if (statement.Catalogs is { } catalogs)
        {
            Write(" ");
            Print(catalogs);
        }

        if (statement.Database is { } database)
        {
            Write(" DATABASE ");
            Print(database);
        }

        PrintObjects(statement.Objects);
        PrintProperties(statement.Properties);
    }

    private void Print(ExternalCatalogs catalogs)
    {
        if (catalogs.Catalogs.IsEmpty)
        {
            Write("ALL EXTERNAL CATALOGS");
            return;
        }

        Write("EXTERNAL CATALOGS (");
        List(catalogs.Catalogs, Print);
        Write(")");
    }

    private void Print(AliasedName name)
    {
        Print(name.Name);
        PrintAlias(name.Alias);
    }

    private void PrintObjects(ValueList<SnapshotObject> objects)
    {
        if (objects.IsEmpty)
            return;
        Write(" ON (");
        List(objects, Print);
        Write(")");
    }

    private void Print(SnapshotObject item)
    {
        var word = item.Type switch
        {
            SnapshotObjectType.MaterializedView => "MATERIALIZED VIEW",
            SnapshotObjectType.View => "VIEW",
            SnapshotObjectType.Function => "FUNCTION",
            _ => "TABLE",
        };
        if (item.Name is not { } name)
        {
            Write($"ALL {word}S");
            return;
        }

        Write($"{word} ");
        Print(name);
        if (item.Partitions is { } partitions)
        {
            Write(partitions.IsTemporary ? " TEMPORARY PARTITION (" : " PARTITION (");
            PrintNames(partitions.Partitions);
            Write(")");
        }

        PrintAlias(item.Alias);
    }

    private void PrintFrom(Name? database)
    {
        if (database is null)
            return;
        Write(" FROM ");
        Print(database);
    }

    private void PrintShowSnapshots(ShowSnapshotsStatement statement)
    {
        Write("SHOW SNAPSHOT ON ");
        Print(statement.Repository);
        _hasFilterWords = true;
        Print(statement.Filter);
    }

    private void Print(RowFilter filter)
    {
        if (filter.Where is { } where)
        {
            Write(" WHERE ");
            Print(where);
        }

        PrintOrderBy(filter.OrderBy);
        if (filter.Limit is not { } limit)
            return;
        Write(" LIMIT ");
        if (filter.Offset is { } offset)
        {
            Write(offset);
            Write(", ");
        }

        Write(limit);
    }

    private void PrintRecover(RecoverStatement statement)
    {
        Write($"RECOVER {statement.Object.ToString().ToUpperInvariant()} ");
        if (statement.Partition is { } partition)
        {
            Print(partition);
            Write(" FROM ");
        }

        Print(statement.Name);
    }

    private void PrintGrantSnapshotPrivilege(GrantSnapshotPrivilegeStatement statement)
    {
        Write($"{statement.Kind} ");
        switch (statement.Privilege)
        {
            case RepositoryPrivilege:
                Write("REPOSITORY ON SYSTEM");
                break;
            case ExportTablePrivilege privilege:
                Write("EXPORT ON TABLE ");
                Print(privilege.Table);
                break;
            case ExportAllTablesPrivilege { Database: { } database }:
                Write("EXPORT ON ALL TABLES IN DATABASE ");
                Print(database);
                break;
            case ExportAllTablesPrivilege:
                Write("EXPORT ON ALL TABLES IN ALL DATABASES");
                break;
        }

        Write(statement.IsRevoke ? " FROM " : " TO ");
        Write(statement.Grantee.IsRole ? "ROLE " : "USER ");
        Print(statement.Grantee.Name);
    }
}
