using Backup.Sql.Access;
using Backup.Sql.Binding;
using Backup.Sql.Catalog;
using Backup.Sql.Collections;
using Backup.Sql.Rows;
using Backup.Sql.Sessions.Administration;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions;

/// <summary>
/// The rows of SHOW BACKUP and SHOW BACKUP SCHEMAS: one per object and layer, in the order of the chain.
/// </summary>
internal static class ObjectRows
{
    public static IReadOnlyList<ResultColumn> Columns(BoundShowBackup show)
    {
        var columns = new List<ResultColumn>();
        Add("database_name", ResultType.String, "database_id");
        Add("parent_schema_name", ResultType.String, "parent_schema_id");
        Add("object_name", ResultType.String, "object_id");
        Add("object_type", ResultType.String);
        Add("backup_type", ResultType.String);
        Add("start_time", ResultType.TimestampTz);
        Add("end_time", ResultType.TimestampTz);
        Add("size_bytes", ResultType.Int);
        Add("rows", ResultType.Int);
        Add("is_full_cluster", ResultType.Bool);
        Add("regions", ResultType.String);
        if (show.Kind == ShowBackupKind.Schemas)
            Add("create_statement", ResultType.String);
        if (show.Privileges)
        {
            Add("privileges", ResultType.String);
            Add("owner", ResultType.String);
        }

        if (show.CheckFiles)
            Add("file_bytes", ResultType.Int);
        return columns;

        void Add(string name, ResultType type, string? id = null)
        {
            columns.Add(new ResultColumn(name, type));
            if (show.DebugIds && id is not null)
                columns.Add(new ResultColumn(id, ResultType.Int));
        }
    }

    public static IEnumerable<object?[]> Of(Chain chain, BoundShowBackup show) =>
        from layer in chain.Layers
        let names = new LayerNames(layer.Manifest)
        from o in layer.Manifest.Objects
        where o is not TriggerDescriptor // a trigger is a part of its table
        select Row(layer, names, o, show, names.Figures(o));

    /// <summary>The system space of a cluster backup, as tables of a database of that name.</summary>
    public static IEnumerable<object?[]> OfSystem(Chain chain, BoundShowBackup show) =>
        from layer in chain.Layers
        where layer.Manifest.IsFullCluster
        from table in (layer.Manifest.System ?? []).GroupBy(entry => SystemKinds.TableOf(entry.Kind))
        let descriptor = new TableDescriptor
        {
            Id = 0,
            Database = "system",
            Schema = NameResolver.DefaultSchema,
            Name = table.Key,
            Columns = [],
        }
        let bytes = table.Sum(entry => (long)entry.Value.GetRawText().Length)
        select Row(
            layer, new LayerNames(layer.Manifest), descriptor, show, new TableFigures(0, table.Count(), bytes, 0));

    private static object?[] Row(
        ChainLayer layer, LayerNames names, ObjectDescriptor o, BoundShowBackup show, TableFigures? figures)
    {
        var row = new List<object?>();
        AddWithId(o is DatabaseDescriptor ? null : o.Database, names.DatabaseId(o));
        AddWithId(o.Schema, names.SchemaId(o));
        AddWithId(o.Name, o.Id);
        row.AddRange(
        [
            TypeOf(o), BackupReport.TypeOf(layer),
            layer.Start.IsZero ? null : layer.Start.ToDateTimeOffset(), layer.End.ToDateTimeOffset(),
            show.SkipSize ? null : figures?.Bytes, figures?.Rows, layer.Manifest.IsFullCluster,
            o is DatabaseDescriptor { Regions: { Count: > 0 } regions } ? string.Join(", ", regions) : null,
        ]);
        if (show.Kind == ShowBackupKind.Schemas)
            row.Add(o.Ddl);
        if (show.Privileges)
            row.AddRange([names.Grants(o), o.Owner]);
        if (show.CheckFiles)
            row.Add(names.FileBytes(o));
        return [.. row];

        void AddWithId(string? name, long? id)
        {
            row.Add(name);
            if (show.DebugIds)
                row.Add(id);
        }
    }

    private static string TypeOf(ObjectDescriptor o) => o switch
    {
        DatabaseDescriptor => "database",
        SchemaDescriptor => "schema",
        TypeDescriptor => "type",
        FunctionDescriptor => "function",
        _ => "table", // views and sequences show as tables
    };

    /// <summary>Looks up what rows need to know of a layer.</summary>
    private sealed class LayerNames(BackupManifest manifest)
    {
        private readonly Func<string, long, TableFigures?> _figures = TableFigures.Index(manifest.Statistics);

        public TableFigures? Figures(ObjectDescriptor o) =>
            o is TableDescriptor ? _figures(o.Database, o.Id) : null;

        /// <summary>What is held on an object, as statements; null for nothing.</summary>
        public string? Grants(ObjectDescriptor o)
        {
            var on = o is DatabaseDescriptor
                ? Securable.Database(o.Name)
                : Securable.Table($"{o.Database}.{o.Schema ?? NameResolver.DefaultSchema}.{o.Name}");
            var grants = (manifest.System ?? []).Where(entry => entry.Kind == SystemKinds.Grants)
                .Select(entry => SystemKinds.ReadGrant(entry.Value))
                .Where(grant => grant.On == on)
                .OrderBy(grant => grant.Grantee, StringComparer.Ordinal)
                .SelectMany(grant => PrivilegeText.Single.Where(privilege => grant.Privileges.HasFlag(privilege))
                    .Select(privilege => SqlFormatter.Format(PrivilegeText.Grant(privilege, on, grant.Grantee))));
            return string.Join("; ", grants) is { Length: > 0 } text ? text : null;
        }

        public long? DatabaseId(ObjectDescriptor o) => o is DatabaseDescriptor
            ? null
            : manifest.Objects.OfType<DatabaseDescriptor>().FirstOrDefault(d => d.Name == o.Database)?.Id;

        public long? SchemaId(ObjectDescriptor o) => o.Schema is null
            ? null
            : manifest.Objects.OfType<SchemaDescriptor>()
                .FirstOrDefault(s => s.Name == o.Schema && s.Database == o.Database)?.Id;

        /// <summary>Stored bytes of the layer's files for a table; of a page space, for its database.</summary>
        public long? FileBytes(ObjectDescriptor o) => o switch
        {
            TableDescriptor table => manifest.Find(new TableSpace(table.Database, table.Id))?.StoredBytes,
            DatabaseDescriptor database => manifest.Find(new PageSpace(database.Name))?.StoredBytes,
            _ => null,
        };
    }
}
