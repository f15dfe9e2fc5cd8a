using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Rows;

/// <summary>A column that rows are ingested into: the values of a record go to the columns in their order.</summary>
/// <param name="Name">The column's name, for errors.</param>
/// <param name="TypeId">
/// The oid of its type, for domains of the type below; 0 where it is not known. Bytes are written in the form that it
/// reads: <c>bytea</c>, or a text.
/// </param>
/// <param name="ForeignKind">
/// The kind that another engine says its values have: each is looked at, whether it is one. Null for values of
/// PostgreSQL, which are what their columns say.
/// </param>
internal readonly record struct IngestColumn(string Name, uint TypeId, ColumnKind? ForeignKind = null);
