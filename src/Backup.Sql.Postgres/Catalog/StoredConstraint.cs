using Backup.Sql.Catalog;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>A constraint as the catalog holds it.</summary>
/// <param name="Definition">The definition.</param>
/// <param name="Columns">The columns that it is on.</param>
/// <param name="ForeignKey">The neutral terms of a foreign key; null for others.</param>
internal sealed record StoredConstraint(
    ConstraintDefinition Definition, IReadOnlyList<string> Columns, ForeignKeyDescriptor? ForeignKey);
