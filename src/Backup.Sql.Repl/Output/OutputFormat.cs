namespace Backup.Sql.Repl.Output;

/// <summary>How rows are printed.</summary>
internal enum OutputFormat
{
    /// <summary>Aligned columns, for people.</summary>
    Table,

    /// <summary>Comma-separated values with a header line.</summary>
    Csv,

    /// <summary>One array of objects per statement that has columns.</summary>
    Json,
}
