namespace Backup.Sql.Sqlite.Catalog;

/// <summary>How a record in the file holds a column.</summary>
internal enum StoredForm : byte
{
    /// <summary>As the value is.</summary>
    AsIs,

    /// <summary>As NULL: the value is the rowid, which stands beside the record.</summary>
    RowId,

    /// <summary>As a floating-point number, or as an integer when that takes less room.</summary>
    Real,
}
