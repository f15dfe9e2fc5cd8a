using Antlr4.Runtime;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>Statements of the StarRocks dialect.</content>
internal sealed partial class SyntaxBuilder
{
    private static readonly string[] _backupProperties = ["type", "timeout", "ttl"];

    private static readonly string[] _restoreProperties =
        ["backup_timestamp", "replication_num", "allow_load", "meta_version", "starrocks_meta_version", "timeout"];

    private SnapshotStatement BuildSnapshotStatement(ParserRuleContext context) => context switch
    {
        StatementParser.CreateRepositoryContext c => CreateRepository(c),
        StatementParser.DropRepositoryContext c =>
            new DropRepositoryStatement(SnapshotName(c.snapshotName())) { Span = SpanOf(c) },
        StatementParser.ShowRepositoriesContext c => new ShowRepositoriesStatement { Span = SpanOf(c) },
        StatementParser.BackupSnapshotContext c => BackupSnapshot(c),
        StatementParser.RestoreSnapshotContext c => RestoreSnapshot(c),
        StatementParser.CancelSnapshotJobContext c => CancelSnapshotJob(c),
        StatementParser.ShowSnapshotJobsContext c => ShowSnapshotJobs(c),
        StatementParser.ShowSnapshotsContext c => ShowSnapshots(c),
        StatementParser.DropSnapshotContext c => new DropSnapshotStatement(
            SnapshotName(c.snapshotName(0)), SnapshotName(c.snapshotName(1)), c.FORCE() is not null)
        {
            Span = SpanOf(c),
        },
        StatementParser.RecoverContext c => Recover(c),
        StatementParser.GrantSnapshotPrivilegeContext c => GrantSnapshotPrivilege(c),
        _ => throw new InvalidOperationException($"no builder for {context.GetType().Name}"),
    };

    // ---- Names and strings ----

    private Name SnapshotName(StatementParser.SnapshotNameContext context) => SnapshotName(First(context));

    private Name SnapshotName(SqlToken token)
    {
        var text = source.TextOf(token);
        return new Name(token.Type == StatementParser.QUOTED_NAME ? Unquoter.QuotedName(text) : text.ToString())
        {
            Span = SpanOf(token),
        };
    }

    private ValueList<Name> SnapshotNames(ParserRuleContext context) =>
        ListOf<StatementParser.SnapshotNameContext, Name>(context, SnapshotName);

    private ObjectName QualifiedName(StatementParser.QualifiedNameContext context) =>
        new(SnapshotNames(context)) { Span = SpanOf(context) };

    private StringLiteral SnapshotString(SqlToken token) =>
        new(Unquoter.StarRocks(source.TextOf(token))) { Span = SpanOf(token) };

    private AliasedName Aliased(StatementParser.AliasedSnapshotNameContext context) => new(
        SnapshotName(context.snapshotName(0)),
        context.snapshotName(1) is { } alias ? SnapshotName(alias) : null)
    {
        Span = SpanOf(context),
    };

    // ---- Repositories and snapshots ----

    private CreateRepositoryStatement CreateRepository(StatementParser.CreateRepositoryContext context)
    {
        Name? broker = null;
        var afterBroker = context.BROKER().Symbol.TokenIndex + 1;
        if (context.snapshotName(1) is { } name)
            broker = SnapshotName(name);
        else if (context.STRING(0).Symbol is SqlToken text && text.TokenIndex == afterBroker)
            broker = new Name(SnapshotString(text).Value) { Span = SpanOf(text) };

        var location = context.STRING().Last().Symbol;
        return new CreateRepositoryStatement(
            SnapshotName(context.snapshotName(0)),
            broker,
            SnapshotString((SqlToken)location),
            PropertiesOf(context.properties(), []),
            context.READ() is not null)
        {
            Span = SpanOf(context),
        };
    }

    // Known keys are lower case and come first, in the order of the reference.
    private ValueList<Property> PropertiesOf(StatementParser.PropertiesContext? context, string[] known)
    {
        if (context is null)
            return [];
        var properties = ListOf<StatementParser.PropertyContext, Property>(context, c => PropertyOf(c, known));
        return properties.OrderBy(property => RankOf(property, known)).ToValueList();
    }

    private Property PropertyOf(StatementParser.PropertyContext context, string[] known)
    {
        var key = SnapshotString(TokenAt(context, 0));
        var name = Array.Find(known, name => name.Equals(key.Value, StringComparison.OrdinalIgnoreCase));
        return new Property(name is null ? key : key with { Value = name }, SnapshotString(TokenAt(context, 2)))
        {
            Span = SpanOf(context),
        };
    }

    private static int RankOf(Property property, string[] known) =>
        Array.IndexOf(known, property.Key.Value) is var rank and >= 0 ? rank : known.Length;

    private BackupSnapshotStatement BackupSnapshot(StatementParser.BackupSnapshotContext context)
    {
        // The repository is the last name; a database may stand before it.
        var hasDatabase = context.DATABASE() is not null;
        var snapshot = QualifiedName(context.qualifiedName());
        var database = hasDatabase ? SnapshotName(context.snapshotName(0)) : null;
        if (!hasDatabase && snapshot.Parts.Count == 2)
        {
            database = snapshot.Parts[0];
            ValueList<Name> last = [snapshot.Last];
            snapshot = new ObjectName(last) { Span = snapshot.Last.Span };
        }

        return new BackupSnapshotStatement(snapshot, SnapshotName(context.snapshotName(hasDatabase ? 1 : 0)))
        {
            Span = SpanOf(context),
            Catalogs = context.catalogs() is { } catalogs ? CatalogsOf(catalogs) : null,
            Database = database,
            Objects = ObjectsOf(context.snapshotObjects()),
            Properties = PropertiesOf(context.properties(), _backupProperties),
        };
    }

    private ExternalCatalogs CatalogsOf(StatementParser.CatalogsContext context)
    {
        var catalogs = ListOf<StatementParser.SnapshotNameContext, AliasedName>(
            context, name => new AliasedName(SnapshotName(name), null) { Span = SpanOf(name) });
        return new ExternalCatalogs(catalogs) { Span = SpanOf(context) };
    }

    private RestoreSnapshotStatement RestoreSnapshot(StatementParser.RestoreSnapshotContext context) =>
        new(QualifiedName(context.qualifiedName()), SnapshotName(context.snapshotName()))
        {
            Span = SpanOf(context),
            Catalogs = context.aliasedCatalogs() is { } catalogs
                ? new ExternalCatalogs(
                    ListOf<StatementParser.AliasedSnapshotNameContext, AliasedName>(catalogs, Aliased))
                {
                    Span = SpanOf(catalogs),
                }
                : null,
            Database = context.aliasedSnapshotName() is { } database ? Aliased(database) : null,
            Objects = ObjectsOf(context.snapshotObjects()),
            Properties = PropertiesOf(context.properties(), _restoreProperties),
        };

    private ValueList<SnapshotObject> ObjectsOf(StatementParser.SnapshotObjectsContext? context) => context is null
        ? []
        : ListOf<StatementParser.SnapshotObjectContext, SnapshotObject>(context, SnapshotObjectOf);

    private SnapshotObject SnapshotObjectOf(StatementParser.SnapshotObjectContext context)
    {
        var isAll = context.ALL() is not null;
        var type = TypeAt(context, isAll ? 1 : 0) switch
        {
            StatementParser.MATERIALIZED => SnapshotObjectType.MaterializedView,
            StatementParser.VIEW or StatementParser.VIEWS => SnapshotObjectType.View,
            StatementParser.FUNCTION or StatementParser.FUNCTIONS => SnapshotObjectType.Function,
            _ => SnapshotObjectType.Table,
        };
        return new SnapshotObject(type, isAll ? null : QualifiedName(context.qualifiedName()))
        {
            Span = SpanOf(context),
            Alias = context.snapshotName() is { } alias ? SnapshotName(alias) : null,
            Partitions = context.partitions() is { } partitions
                ? new PartitionSet(SnapshotNames(partitions), partitions.TEMPORARY() is not null)
                {
                    Span = SpanOf(partitions),
                }
                : null,
        };
    }

    // ---- Jobs ----

    private CancelSnapshotJobStatement CancelSnapshotJob(StatementParser.CancelSnapshotJobContext context) =>
        new(
            JobOf(context),
            context.snapshotName() is { } database ? SnapshotName(database) : null,
            context.CATALOG() is not null)
        {
            Span = SpanOf(context),
        };

    private ShowSnapshotJobsStatement ShowSnapshotJobs(StatementParser.ShowSnapshotJobsContext context) =>
        new(
            JobOf(context),
            context.snapshotName() is { } database ? SnapshotName(database) : null,
            FilterOf(context.rowFilter()))
        {
            Span = SpanOf(context),
        };

    private static SnapshotJob JobOf(ParserRuleContext context) =>
        TypeAt(context, 1) == StatementParser.BACKUP ? SnapshotJob.Backup : SnapshotJob.Restore;

    private ShowSnapshotsStatement ShowSnapshots(StatementParser.ShowSnapshotsContext context)
    {
        _upperCaseFilter = true;
        return new ShowSnapshotsStatement(SnapshotName(context.snapshotName()), FilterOf(context.rowFilter()))
        {
            Span = SpanOf(context),
        };
    }

    private RowFilter FilterOf(StatementParser.RowFilterContext context)
    {
        if (context.ChildCount == 0)
            return RowFilter.None;
        var first = context.INTEGER(0) is { } node ? IntegerOf((SqlToken)node.Symbol) : (long?)null;
        var second = context.INTEGER(1) is { } other ? IntegerOf((SqlToken)other.Symbol) : (long?)null;
        return new RowFilter
        {
            Span = SpanOf(context),
            Where = context.snapshotExpression() is { } where ? ExpressionOf(where) : null,
            OrderBy = ListOf<StatementParser.SnapshotOrderTermContext, OrderTerm>(context, OrderTermOf),
            Offset = second is null ? null : first,
            Limit = second ?? first,
        };
    }

    // ---- Expressions ----

    // The columns that SHOW SNAPSHOT filters by are words of the statement: the canonical text has them in upper case.
    private bool _upperCaseFilter;

    private Expression SnapshotPrimary(StatementParser.SnapshotPrimaryContext context)
    {
        if (context.qualifiedName() is { } qualified)
        {
            var name = QualifiedName(qualified);
            if (_upperCaseFilter && name.Parts.Count == 1 && First(context).Type != StatementParser.QUOTED_NAME)
                name = name with { Parts = [UpperCaseColumn(name.Last)] };
            return new NameExpression(name) { Span = name.Span };
        }

        return First(context).Type switch
        {
            StatementParser.STRING => SnapshotString(First(context)),
            StatementParser.LPAREN => new ParenthesizedExpression(Inner(context)) { Span = SpanOf(context) },
            _ => Constant(First(context)),
        };
    }

    private static Name UpperCaseColumn(Name name)
    {
        var upper = name.Text.ToUpperInvariant();
        return upper is "SNAPSHOT" or "TIMESTAMP" ? name with { Text = upper } : name;
    }

    // ---- Recycle bin and rights ----

    private RecoverStatement Recover(StatementParser.RecoverContext context)
    {
        var kind = TypeAt(context, 1) switch
        {
            StatementParser.DATABASE => RecoverObject.Database,
            StatementParser.TABLE => RecoverObject.Table,
            _ => RecoverObject.Partition,
        };
        var name = context.snapshotName() is { } single ? SnapshotName(single) : null;
        if (context.qualifiedName() is { } qualified)
            return new RecoverStatement(kind, QualifiedName(qualified), name) { Span = SpanOf(context) };
        ValueList<Name> parts = [name!];
        return new RecoverStatement(kind, new ObjectName(parts) { Span = name!.Span }, null) { Span = SpanOf(context) };
    }

    private GrantSnapshotPrivilegeStatement GrantSnapshotPrivilege(
        StatementParser.GrantSnapshotPrivilegeContext context)
    {
        var grantee = context.grantee();
        return new GrantSnapshotPrivilegeStatement(
            context.REVOKE() is not null,
            SnapshotPrivilegeOf(context.snapshotPrivilege()),
            new Grantee(SnapshotName(grantee.snapshotName()), grantee.ROLE() is not null) { Span = SpanOf(grantee) })
        {
            Span = SpanOf(context),
        };
    }

    private SnapshotPrivilege SnapshotPrivilegeOf(StatementParser.SnapshotPrivilegeContext context)
    {
        var span = SpanOf(context);
        if (context.REPOSITORY() is not null)
            return new RepositoryPrivilege { Span = span };
        if (context.qualifiedName() is { } table)
            return new ExportTablePrivilege(QualifiedName(table)) { Span = span };
        return new ExportAllTablesPrivilege(
            context.snapshotName() is { } database ? SnapshotName(database) : null) { Span = span };
    }
}
