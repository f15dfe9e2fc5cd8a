using Backup.Sql.Catalog;
using Backup.Sql.Engines;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Restore;

/// <summary>Writes the statements that give objects that are no tables their comments, owners and rights.</summary>
/// <param name="names">What things are called now.</param>
/// <param name="roles">Who is here.</param>
/// <param name="tables">Finishes what views have in common with tables.</param>
internal sealed class ObjectFinish(Names names, Roles roles, TableFinish tables)
{
    public IEnumerable<string> Statements(ObjectRestore restore)
    {
        var place = Names.Place(restore.Target);
        return restore.Source switch
        {
            SchemaDescriptor => Schema(restore, DefinitionJson.Of<SchemaDefinition>(restore.Source)),
            TypeDescriptor => Type(restore, DefinitionJson.Of<TypeDefinition>(restore.Source), place),
            FunctionDescriptor => Function(restore, DefinitionJson.Of<FunctionDefinition>(restore.Source)),
            SequenceDescriptor => Sequence(restore, DefinitionJson.Of<SequenceDefinition>(restore.Source), place),
            ViewDescriptor view => View(restore, view, DefinitionJson.Of<ViewDefinition>(restore.Source), place),
            TriggerDescriptor trigger => TableFinish.TriggerRest(
                DefinitionJson.Of<TriggerDefinition>(restore.Source), names.PlaceOf(trigger.TableId)!),
            _ => [],
        };
    }

    private IEnumerable<string> Schema(ObjectRestore restore, SchemaDefinition definition)
    {
        var place = Quote.Name(restore.Target.Name);
        return Comment("SCHEMA", place, definition.Comment, isAlways: restore.Target.Name == NeutralDdl.DefaultSchema)
            .Concat(roles.Statements("SCHEMA", place, restore.Source.Owner, definition.Grants));
    }

    private IEnumerable<string> Type(ObjectRestore restore, TypeDefinition definition, string place)
    {
        foreach (var check in definition.Constraints.Where(check => !TableDdl.IsEarly(check)))
            yield return $"ALTER DOMAIN {place} ADD {TableDdl.Check(check)}";
        foreach (var check in definition.Constraints.Where(check => check.Comment is not null))
            yield return $"COMMENT ON CONSTRAINT {Quote.Name(check.Name)} ON DOMAIN {place} IS {Quote.Text(check.Comment!)}";
        var kind = definition.Kind == "d" ? "DOMAIN" : "TYPE";
        foreach (var statement in Comment(kind, place, definition.Comment)
            .Concat(TableFinish.Comments(place, definition.Attributes))
            .Concat(roles.Statements("TYPE", place, restore.Source.Owner, definition.Grants)))
            yield return statement;
    }

    private IEnumerable<string> Function(ObjectRestore restore, FunctionDefinition definition)
    {
        var place = $"{Quote.Name(restore.Target.Schema ?? NeutralDdl.DefaultSchema, definition.Name)}"
            + $"({definition.Arguments})";
        var granted = definition.Kind == "AGGREGATE" ? "FUNCTION" : definition.Kind;
        return Comment(definition.Kind, place, definition.Comment)
            .Concat(roles.Statements(granted, place, restore.Source.Owner, definition.Grants, definition.Kind));
    }

    private IEnumerable<string> Sequence(ObjectRestore restore, SequenceDefinition definition, string place)
    {
        var owner = ((SequenceDescriptor)restore.Target).OwnerTable is null ? restore.Source.Owner : null;
        return Comment("SEQUENCE", place, definition.Comment)
            .Concat(roles.Statements("SEQUENCE", place, owner, definition.Grants));
    }

    private IEnumerable<string> View(
        ObjectRestore restore, ViewDescriptor view, ViewDefinition definition, string place)
    {
        var kind = view.Materialized ? "MATERIALIZED VIEW" : "VIEW";
        if (view.Materialized)
        {
            foreach (var statement in TableFinish.Columns("ALTER MATERIALIZED VIEW", place, definition.Columns))
                yield return statement;
        }
        else
        {
            foreach (var column in definition.Columns.Where(column => column.Default is not null))
            {
                yield return $"ALTER VIEW {place} ALTER COLUMN {Quote.Name(column.Name)} SET DEFAULT {column.Default}";
            }
        }

        var isMoved = names.IsMoved(restore.Source.Id);
        foreach (var statement in (isMoved ? [] : definition.Rules.SelectMany(rule => TableFinish.Rule(rule, place))
                .Concat(definition.Statistics.SelectMany(statistics => tables.Statistics(statistics, place))))
            .Concat(Comment(kind, place, definition.Comment))
            .Concat(TableFinish.Comments(place, definition.Columns))
            .Concat(roles.Statements("TABLE", place, restore.Source.Owner, definition.Grants, kind))
            .Concat(roles.OnColumns(place, restore.Source.Owner, definition.Columns)))
            yield return statement;
    }

    private static IEnumerable<string> Comment(string kind, string place, string? comment, bool isAlways = false) =>
        comment is not null ? [$"COMMENT ON {kind} {place} IS {Quote.Text(comment)}"]
            : isAlways ? [$"COMMENT ON {kind} {place} IS NULL"] : [];
}
