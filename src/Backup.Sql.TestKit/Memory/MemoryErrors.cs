using Backup.Sql.Catalog;
using Backup.Sql.Diagnostics;

namespace Backup.Sql.TestKit.Memory;

/// <summary>Makes every error of the engine: one method per condition.</summary>
internal static class MemoryErrors
{
    // PostgreSQL's codes for what only the engine's own transactions can meet.
    private const string SerializationFailure = "40001";
    private const string UniqueViolation = "23505";
    private const string NotNullViolation = "23502";

    public static BackupSqlException DatabaseNotFound(string name) =>
        new(SqlStates.UndefinedDatabase, $"database \"{name}\" does not exist");

    public static BackupSqlException SchemaNotFound(string database, string name) =>
        new(SqlStates.UndefinedSchema, $"schema \"{name}\" does not exist in database \"{database}\"");

    public static BackupSqlException TableNotFound(string name) =>
        new(SqlStates.UndefinedTable, $"table {name} does not exist");

    public static BackupSqlException ObjectNotFound(ObjectDescriptor descriptor) =>
        new(SqlStates.UndefinedObject, $"{NameOf(descriptor)} does not exist");

    public static BackupSqlException DatabaseExists(string name) =>
        new(SqlStates.DuplicateDatabase, $"database \"{name}\" exists already")
        {
            Hint = "Drop it, or restore under another name with new_db_name.",
        };

    public static BackupSqlException ObjectExists(ObjectDescriptor descriptor) => new(
        descriptor is TableDescriptor or ViewDescriptor or SequenceDescriptor
            ? SqlStates.DuplicateTable
            : SqlStates.DuplicateObject,
        $"{NameOf(descriptor)} exists already")
    {
        Hint = "Drop it, rename it, or restore into another database with into_db.",
    };

    public static BackupSqlException StillNeeded(ObjectDescriptor descriptor, ObjectDescriptor by) =>
        new(SqlStates.DependentObjectsMissing, $"{NameOf(descriptor)} is needed by {NameOf(by)}")
        {
            Hint = $"Drop {NameOf(by)} first.",
        };

    public static BackupSqlException NoSuchColumn(TableDescriptor table, string column) =>
        new(SqlStates.UndefinedObject, $"{NameOf(table)} has no column \"{column}\"");

    public static BackupSqlException WrongNumberOfValues(TableDescriptor table, int wanted, int given) =>
        new(SqlStates.InvalidParameterValue, $"{NameOf(table)} takes {wanted} values, {given} were given");

    public static BackupSqlException ValueDoesNotFit(ColumnType type, object value) =>
        new(SqlStates.InvalidParameterValue, $"a {value.GetType().Name} does not fit a column of kind {type.Kind}");

    public static BackupSqlException NotAMember(string value, TypeDescriptor type) =>
        new(SqlStates.InvalidParameterValue, $"'{value}' is no value of {NameOf(type)}");

    public static BackupSqlException NoSuchPartition(TableDescriptor table, string? partition) =>
        new(SqlStates.UndefinedObject, $"{NameOf(table)} has no partition \"{partition}\"");

    public static BackupSqlException DuplicateKey(TableDescriptor table, string constraint) =>
        new(UniqueViolation, $"two rows of {NameOf(table)} agree in \"{constraint}\"");

    public static BackupSqlException NullNotAllowed(TableDescriptor table, string column) =>
        new(NotNullViolation, $"column \"{column}\" of {NameOf(table)} takes no NULL");

    public static BackupSqlException MissingReference(
        TableDescriptor table, ForeignKeyDescriptor key, IEnumerable<string> rows) =>
        new(
            SqlStates.ForeignKeyViolation,
            $"rows of {NameOf(table)} refer to rows that {key.ReferencedTable} does not have")
        {
            Detail = $"Constraint \"{key.Name}\": {string.Join("; ", rows)}.",
            Hint = "Restore the other table too, or leave the constraint out with skip_missing_foreign_keys.",
        };

    public static BackupSqlException LostUpdate(TableDescriptor table) =>
        new(SerializationFailure, $"another transaction changed the same row of {NameOf(table)}")
        {
            Transient = true,
            Hint = "Run the transaction again.",
        };

    public static BackupSqlException TimeGone(HlcTimestamp wanted, HlcTimestamp oldest) =>
        new(SqlStates.TimeOutOfRange, $"history of {wanted} is no longer kept")
        {
            Detail = $"The oldest time kept is {oldest}.",
            Hint = "Ask for a later time, or take a full backup.",
        };

    public static BackupSqlException TimeAhead(HlcTimestamp wanted, HlcTimestamp now) =>
        new(SqlStates.TimeOutOfRange, $"{wanted} lies in the future")
        {
            Detail = $"It is {now}.",
        };

    public static BackupSqlException TableChanged(TableDescriptor table) =>
        new(SqlStates.ObjectInUse, $"{NameOf(table)} was changed while its rows were being restored")
        {
            Transient = true,
            Hint = "Run the statement again.",
        };

    public static BackupSqlException NotSupported(string what) =>
        new(SqlStates.FeatureNotSupported, $"this engine has no {what}");

    public static BackupSqlException OutOfOrder(string what) =>
        new(SqlStates.ObjectNotInState, $"the restore cannot {what} now");

    public static BackupSqlException TransactionEnded() =>
        new(SqlStates.ObjectNotInState, "the transaction has ended");

    /// <summary>The object as messages name it.</summary>
    public static string NameOf(ObjectDescriptor descriptor)
    {
        var kind = descriptor switch
        {
            DatabaseDescriptor => "database",
            SchemaDescriptor => "schema",
            ViewDescriptor => "view",
            SequenceDescriptor => "sequence",
            TypeDescriptor => "type",
            FunctionDescriptor => "function",
            TriggerDescriptor => "trigger",
            _ => "table",
        };
        var schema = descriptor.Schema is null ? "" : descriptor.Schema + ".";
        var database = descriptor is DatabaseDescriptor ? "" : descriptor.Database + ".";
        return $"{kind} {database}{schema}{descriptor.Name}";
    }
}
