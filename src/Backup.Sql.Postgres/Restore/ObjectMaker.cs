using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Npgsql;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Makes schemas, types, functions, sequences, views and triggers.</summary>
/// <param name="names">What things are called now.</param>
/// <param name="notices">Takes what was left out.</param>
internal sealed class ObjectMaker(Names names, NoticeList notices)
{
    private const string FindFunction =
        "SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 AND p.proname = $2 "
        + "AND CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END = $3";

    /// <summary>Makes an object; a table is not its business.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="restore">What.</param>
    /// <param name="isExact">True when it comes from PostgreSQL.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when it was left out.</returns>
    public async ValueTask<bool> MakeAsync(
        NpgsqlConnection connection, ObjectRestore restore, bool isExact, CancellationToken cancellationToken)
    {
        var target = restore.Target;
        var sql = isExact ? await ExactAsync(connection, restore, cancellationToken).ConfigureAwait(false)
            : Neutral(restore);
        if (sql is null)
            names.Leave(restore.Source.Id);
        if (string.IsNullOrEmpty(sql))
            return false;

        await connection.MakeAsync(
            $"{Word(target)} {target.Schema ?? target.Database}.{target.Name}", sql, cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private async ValueTask<string?> ExactAsync(
        NpgsqlConnection connection, ObjectRestore restore, CancellationToken cancellationToken)
    {
        var target = restore.Target;
        var place = Names.Place(target);
        if (target is not (SchemaDescriptor or SequenceDescriptor) && !names.StillMean(Needs(restore)))
        {
            notices.Add($"{Word(target)} {target.Name} was left out: what it refers to by name was renamed or left out");
            return null;
        }

        switch (target)
        {
            case SchemaDescriptor:
                return $"CREATE SCHEMA IF NOT EXISTS {Quote.Name(target.Name)}";
            case TypeDescriptor type:
                return ObjectDdl.Type(type, DefinitionJson.Of<TypeDefinition>(restore.Source), place);
            case SequenceDescriptor sequence:
                return ObjectDdl.Sequence(sequence, DefinitionJson.Of<SequenceDefinition>(restore.Source), place);
            case FunctionDescriptor:
                return await FunctionAsync(connection, restore, cancellationToken).ConfigureAwait(false);
            case ViewDescriptor view:
                return ObjectDdl.View(DefinitionJson.Of<ViewDefinition>(restore.Source), view.Materialized, place);
            case TriggerDescriptor trigger:
                return Trigger(restore, trigger);
            default:
                return null;
        }
    }

    /// <summary>One that is there already is used as it is: the statement is empty.</summary>
    private static async ValueTask<string?> FunctionAsync(
        NpgsqlConnection connection, ObjectRestore restore, CancellationToken cancellationToken)
    {
        var definition = DefinitionJson.Of<FunctionDefinition>(restore.Source);
        var schema = restore.Target.Schema ?? NeutralDdl.DefaultSchema;
        var there = await connection.QueryAsync(
            FindFunction, cancellationToken, schema, definition.Name, definition.Arguments).ConfigureAwait(false);
        return there.Count > 0 ? "" : ObjectDdl.Function(definition, Quote.Name(schema, definition.Name));
    }

    private string? Trigger(ObjectRestore restore, TriggerDescriptor trigger)
    {
        var table = names.PlaceOf(trigger.TableId);
        if (table is null)
            notices.Add($"trigger {trigger.Name} was left out with its table");
        return table is null
            ? null
            : ObjectDdl.Trigger(DefinitionJson.Of<TriggerDefinition>(restore.Source), trigger.Name, table);
    }

    private string? Neutral(ObjectRestore restore)
    {
        var target = restore.Target;
        switch (target)
        {
            case SchemaDescriptor:
                return $"CREATE SCHEMA IF NOT EXISTS {Quote.Name(target.Name)}";
            case TypeDescriptor { Members.Count: > 0 } type:
                return ObjectDdl.Type(type, new TypeDefinition { Kind = "e" }, Names.Place(target));
            case SequenceDescriptor sequence:
                var plain = new SequenceDefinition { Type = "bigint", Cache = 1 };
                return ObjectDdl.Sequence(sequence, plain, Names.Place(target));
            default:
                notices.Add($"{Word(target)} {target.Name} was left out: it is written in the SQL of {restore.SourceEngine}");
                return null;
        }
    }

    /// <summary>The objects that the text of a statement may speak of; a trigger's table it does not.</summary>
    private static IEnumerable<long> Needs(ObjectRestore restore) => restore.Source is TriggerDescriptor trigger
        ? trigger.DependsOn.Where(id => id != trigger.TableId)
        : restore.Source.DependsOn;

    private static string Word(ObjectDescriptor descriptor) => descriptor switch
    {
        SchemaDescriptor => "schema",
        TypeDescriptor => "type",
        SequenceDescriptor => "sequence",
        FunctionDescriptor => "function",
        ViewDescriptor => "view",
        TriggerDescriptor => "trigger",
        _ => "object",
    };
}
