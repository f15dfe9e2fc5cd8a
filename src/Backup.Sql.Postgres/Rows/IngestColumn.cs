namespace Backup.Sql.Postgres.Rows;

/// <summary>A column that rows are ingested into: the values of a record go to the columns in their order.</summary>
/// <param name="Name">The column's name, for errors.</param>
/// <param name="TypeId">
/// The oid of its type, for domains of the type below; 0 where it is not known. Bytes are written in the form that it
/// reads: <c>bytea</c>, or a text.
/// </param>
internal readonly record struct IngestColumn(string Name, uint TypeId);
