using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Changes;
using Backup.Sql.Postgres.Connections;
using Npgsql;
using static Backup.Sql.Postgres.Catalog.RelationParts;

namespace Backup.Sql.Postgres.Catalog;

/// <summary>
/// Reads everything that a database holds in a few queries, whatever the number of its objects. To be consistent it
/// needs a transaction of REPEATABLE READ.
/// </summary>
internal sealed class SchemaReader
{
    private readonly NpgsqlConnection _connection;
    private readonly string _name;
    private readonly List<ObjectDescriptor> _objects = [];
    private readonly Dictionary<uint, long> _types = [];
    private uint _database;

    private SchemaReader(NpgsqlConnection connection, string name)
    {
        _connection = connection;
        _name = name;
    }

    /// <summary>Reads the database that a connection is open on.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="name">What statements call the database.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async ValueTask<PostgresSchema> ReadAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await new SchemaReader(connection, name).ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresErrors.IsDrivers(failure))
        {
            throw PostgresErrors.From($"the catalog of database {name} could not be read", failure);
        }
    }

    private async ValueTask<PostgresSchema> ReadAsync(CancellationToken cancellationToken)
    {
        var database = await ReadDatabaseAsync(cancellationToken).ConfigureAwait(false);
        var parts = await RelationParts.ReadAsync(_connection, cancellationToken).ConfigureAwait(false);
        await AddSchemasAsync(cancellationToken).ConfigureAwait(false);
        await AddTypesAsync(parts, cancellationToken).ConfigureAwait(false);
        await AddFunctionsAsync(cancellationToken).ConfigureAwait(false);
        await AddSequencesAsync(cancellationToken).ConfigureAwait(false);
        var tables = await _connection.QueryAsync(RelationQueries.Tables, cancellationToken).ConfigureAwait(false);
        var given = await Identity.GivenAsync(_connection, cancellationToken).ConfigureAwait(false);
        _objects.AddRange(new TableAssembler(_name, Id, TypeId, parts, given).Assemble(tables));
        await AddViewsAsync(parts, cancellationToken).ConfigureAwait(false);
        AddTriggers(parts);
        var graph = await DependencyGraph.ReadAsync(_connection, _database, _objects, cancellationToken)
            .ConfigureAwait(false);
        return new PostgresSchema(database, graph.Sort());
    }

    private long Id(ObjectClass kind, uint oid) => ObjectIds.Of(_database, kind, oid);

    private long? TypeId(uint oid) => _types.TryGetValue(oid, out var id) ? id : null;

    private async ValueTask<DatabaseDescriptor> ReadDatabaseAsync(CancellationToken cancellationToken)
    {
        var row = (await QueryAsync(ObjectQueries.Database, cancellationToken).ConfigureAwait(false))[0];
        var left = await QueryAsync(ObjectQueries.NotCarried, cancellationToken).ConfigureAwait(false);
        _database = Oid(row[0]);
        var definition = DefinitionJson.Parse<DatabaseDefinition>((string)row[2]!);
        return new DatabaseDescriptor
        {
            Id = ObjectIds.OfDatabase(_database),
            Database = _name,
            Name = _name,
            Owner = (string?)row[1],
            NotCarried = left.Count == 0 ? null : [.. left.Select(line => (string)line[0]!)],
            Properties = DefinitionJson.PropertiesOf(definition),
        };
    }

    private async ValueTask AddSchemasAsync(CancellationToken cancellationToken)
    {
        foreach (var row in await QueryAsync(ObjectQueries.Schemas, cancellationToken).ConfigureAwait(false))
        {
            _objects.Add(new SchemaDescriptor
            {
                Id = Id(ObjectClass.Schema, Oid(row[0])),
                Database = _name,
                Name = (string)row[1]!,
                Owner = (string?)row[2],
                Ddl = $"CREATE SCHEMA {Quote.Name((string)row[1]!)}",
                Properties = Normal<SchemaDefinition>(row[3]),
            });
        }
    }

    private async ValueTask AddTypesAsync(RelationParts parts, CancellationToken cancellationToken)
    {
        foreach (var row in await QueryAsync(ObjectQueries.Types, cancellationToken).ConfigureAwait(false))
        {
            var oid = Oid(row[0]);
            var definition = DefinitionJson.Parse<TypeDefinition>((string)row[6]!) with
            {
                Constraints = [.. parts.DomainConstraints[oid]],
                Attributes = [.. parts.Columns[Oid(row[4])].Select(column => column.Definition)],
            };
            var type = new TypeDescriptor
            {
                Id = Id(ObjectClass.Type, oid),
                Database = _name,
                Schema = (string)row[1]!,
                Name = (string)row[2]!,
                Owner = (string?)row[3],
                Members = (string[]?)row[5] ?? [],
                Properties = DefinitionJson.PropertiesOf(definition),
            };
            _types.Add(oid, type.Id);
            _objects.Add(type with { Ddl = ObjectDdl.Type(type, definition, Quote.Name(type.Schema, type.Name)) });
        }
    }

    private async ValueTask AddFunctionsAsync(CancellationToken cancellationToken)
    {
        foreach (var row in await QueryAsync(ObjectQueries.Functions, cancellationToken).ConfigureAwait(false))
        {
            var definition = DefinitionJson.Parse<FunctionDefinition>((string)row[4]!);
            _objects.Add(new FunctionDescriptor
            {
                Id = Id(ObjectClass.Function, Oid(row[0])),
                Database = _name,
                Schema = (string)row[1]!,
                Name = (string)row[2]!,
                Owner = (string?)row[3],
                Ddl = ObjectDdl.Function(definition, Quote.Name((string)row[1]!, definition.Name)),
                Properties = DefinitionJson.PropertiesOf(definition),
            });
        }
    }

    private async ValueTask AddSequencesAsync(CancellationToken cancellationToken)
    {
        var values = await SequenceValues.ReadAsync(_connection, cancellationToken).ConfigureAwait(false);
        foreach (var row in await QueryAsync(ObjectQueries.Sequences, cancellationToken).ConfigureAwait(false))
        {
            var definition = DefinitionJson.Parse<SequenceDefinition>((string)row[10]!);
            var start = (long)row[4]!;
            var value = values.GetValueOrDefault(Oid(row[0]), new SequenceValue(start, false));
            var sequence = new SequenceDescriptor
            {
                Id = Id(ObjectClass.Relation, Oid(row[0])),
                Database = _name,
                Schema = (string)row[1]!,
                Name = (string)row[2]!,
                Owner = (string?)row[3],
                Start = start,
                Increment = (long)row[5]!,
                Minimum = (long)row[6]!,
                Maximum = (long)row[7]!,
                OwnerTable = row[8] is null ? null : Id(ObjectClass.Relation, Oid(row[8])),
                OwnerColumn = (string?)row[9],
                Value = value.Value,
                IsCalled = value.IsCalled,
                Properties = DefinitionJson.PropertiesOf(definition),
            };
            _objects.Add(sequence with
            {
                Ddl = ObjectDdl.Sequence(sequence, definition, Quote.Name(sequence.Schema, sequence.Name)),
            });
        }
    }

    private async ValueTask AddViewsAsync(RelationParts parts, CancellationToken cancellationToken)
    {
        foreach (var row in await QueryAsync(RelationQueries.Views, cancellationToken).ConfigureAwait(false))
        {
            var oid = Oid(row[0]);
            var isMaterialized = (string)row[1]! == "m";
            var definition = DefinitionJson.Parse<ViewDefinition>((string)row[5]!) with
            {
                Columns = [.. parts.Columns[oid].Select(column => column.Definition)],
                Indexes = [.. parts.Indexes[oid].Select(index => index.Definition)],
                Rules = [.. parts.Rules[oid]],
                Statistics = [.. parts.Statistics[oid]],
            };
            _objects.Add(new ViewDescriptor
            {
                Id = Id(ObjectClass.Relation, oid),
                Database = _name,
                Schema = (string)row[3]!,
                Name = (string)row[4]!,
                Owner = (string?)row[2],
                Materialized = isMaterialized,
                Ddl = ObjectDdl.View(definition, isMaterialized, Quote.Name((string)row[3]!, (string)row[4]!)),
                Properties = DefinitionJson.PropertiesOf(definition),
            });
        }
    }

    private void AddTriggers(RelationParts parts)
    {
        var relations = _objects.Where(o => o is TableDescriptor or ViewDescriptor).Select(o => o.Id).ToHashSet();
        foreach (var trigger in parts.Triggers)
        {
            var relation = Id(ObjectClass.Relation, trigger.Relation);
            if (!relations.Contains(relation))
                continue; // of a partition: comes with its table
            _objects.Add(new TriggerDescriptor
            {
                Id = Id(ObjectClass.Trigger, trigger.Oid),
                Database = _name,
                Schema = trigger.Schema,
                Name = trigger.Name,
                TableId = relation,
                Ddl = ObjectDdl.Trigger(
                    trigger.Definition, trigger.Name, Quote.Name(trigger.Schema, trigger.RelationName)),
                Properties = DefinitionJson.PropertiesOf(trigger.Definition),
            });
        }
    }

    private static IReadOnlyDictionary<string, string> Normal<T>(object? json) =>
        DefinitionJson.PropertiesOf(DefinitionJson.Parse<T>((string)json!));

    private ValueTask<IReadOnlyList<object?[]>> QueryAsync(string sql, CancellationToken cancellationToken) =>
        _connection.QueryAsync(sql, cancellationToken);
}
