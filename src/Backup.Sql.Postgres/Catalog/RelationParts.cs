using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>What belongs to tables and views of a database, by the oid of the table or view.</summary>
internal sealed class RelationParts
{
    private RelationParts()
    {
    }

    public required ILookup<uint, CatalogColumn> Columns { get; init; }

    /// <summary>Of tables.</summary>
    public required ILookup<uint, StoredConstraint> Constraints { get; init; }

    /// <summary>By the oid of the domain.</summary>
    public required ILookup<uint, ConstraintDefinition> DomainConstraints { get; init; }

    public required ILookup<uint, StoredIndex> Indexes { get; init; }

    public required ILookup<uint, RuleDefinition> Rules { get; init; }

    public required ILookup<uint, PolicyDefinition> Policies { get; init; }

    public required ILookup<uint, StatisticsDefinition> Statistics { get; init; }

    public required IReadOnlyList<StoredTrigger> Triggers { get; init; }

    public static async ValueTask<RelationParts> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var values = await SequenceValues.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        var columns = await connection.QueryAsync(RelationQueries.Columns, cancellationToken).ConfigureAwait(false);
        var constraints = await connection.QueryAsync(RelationQueries.Constraints, cancellationToken)
            .ConfigureAwait(false);
        var indexes = await connection.QueryAsync(RelationQueries.Indexes, cancellationToken).ConfigureAwait(false);
        var triggers = await connection.QueryAsync(RelationQueries.Triggers, cancellationToken).ConfigureAwait(false);
        return new RelationParts
        {
            Columns = columns.ToLookup(row => Oid(row[0]), row => Column(row, values)),
            Constraints = constraints.Where(row => Oid(row[0]) != 0).ToLookup(row => Oid(row[0]), Constraint),
            DomainConstraints = constraints.Where(row => Oid(row[1]) != 0)
                .ToLookup(row => Oid(row[1]), row => Constraint(row).Definition),
            Indexes = indexes.ToLookup(
                row => Oid(row[0]),
                row => new StoredIndex(
                    (string)row[1]!, (bool)row[2]!, (string[]?)row[3] ?? [], (string?)row[4],
                    DefinitionJson.Parse<IndexDefinition>((string)row[5]!))),
            Rules = await PlainAsync<RuleDefinition>(connection, RelationQueries.Rules, cancellationToken)
                .ConfigureAwait(false),
            Policies = await PlainAsync<PolicyDefinition>(connection, RelationQueries.Policies, cancellationToken)
                .ConfigureAwait(false),
            Statistics = await PlainAsync<StatisticsDefinition>(
                connection, RelationQueries.Statistics, cancellationToken).ConfigureAwait(false),
            Triggers = [.. triggers.Select(row => new StoredTrigger(
                Oid(row[0]), Oid(row[1]), (string)row[2]!, (string)row[3]!, (string)row[4]!,
                DefinitionJson.Parse<TriggerDefinition>((string)row[5]!)))],
        };
    }

    public static uint Oid(object? value) => Convert.ToUInt32(value, CultureInfo.InvariantCulture);

    private static async ValueTask<ILookup<uint, T>> PlainAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(sql, cancellationToken).ConfigureAwait(false);
        return rows.ToLookup(row => Oid(row[0]), row => DefinitionJson.Parse<T>((string)row[1]!));
    }

    private static CatalogColumn Column(object?[] row, IReadOnlyDictionary<uint, SequenceValue> values)
    {
        var definition = DefinitionJson.Parse<ColumnDefinition>((string)row[7]!);
        uint? sequence = row[6] is null ? null : Oid(row[6]);
        if (sequence is { } of && values.TryGetValue(of, out var value) && definition.Identity is { } identity)
        {
            definition = definition with
            {
                Identity = identity with { Value = value.Value, IsCalled = value.IsCalled },
            };
        }

        return new CatalogColumn(
            (int)row[1]!, Oid(row[2]), Oid(row[3]), Oid(row[4]), (int)row[5]!, sequence, definition);
    }

    private static StoredConstraint Constraint(object?[] row)
    {
        var definition = DefinitionJson.Parse<ConstraintDefinition>((string)row[8]!);
        var columns = (string[]?)row[2] ?? [];
        var key = definition.Kind != "f" || row[4] is null ? null : new ForeignKeyDescriptor
        {
            Name = definition.Name,
            Columns = columns,
            ReferencedSchema = (string?)row[3],
            ReferencedTable = (string)row[4]!,
            ReferencedColumns = (string[]?)row[5] ?? [],
            OnDelete = Action((string?)row[6]),
            OnUpdate = Action((string?)row[7]),
        };
        return new StoredConstraint(definition, columns, key);
    }

    private static string? Action(string? letter) => letter switch
    {
        "r" => "RESTRICT",
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        _ => null,
    };
}
