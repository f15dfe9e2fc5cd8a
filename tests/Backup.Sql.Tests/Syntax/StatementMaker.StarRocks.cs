using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Syntax;

/// <content>Statements of the StarRocks dialect.</content>
internal sealed partial class StatementMaker
{
    private IEnumerable<Func<Statement>> SnapshotMakers() =>
    [
        () => new CreateRepositoryStatement(
            Name(), Maybe(Name), Literal(), MaybeList(() => Property(isKnown: false)), Bool()),
        () => new DropRepositoryStatement(Name()),
        () => new ShowRepositoriesStatement(),
        BackupSnapshot,
        RestoreSnapshot,
        CancelSnapshotJob,
        () => new ShowSnapshotJobsStatement(Enum<SnapshotJob>(), Maybe(Name), Filter()),
        () => new ShowSnapshotsStatement(Name(), Filter()),
        () => new DropSnapshotStatement(Name(), Name(), Bool()),
        Recover,
        () => new GrantSnapshotPrivilegeStatement(Bool(), SnapshotPrivilege(), new Grantee(Name(), Bool())),
    ];

    private Property Property(bool isKnown) => new(
        isKnown ? new StringLiteral("timeout") : new StringLiteral(Pick(
            () => "password", () => "fs.s3a.secret.key", () => "AWS.S3.ACCESS_KEY", () => "other", () => "quote\"\\")),
        Literal());

    // Known keys stand first.
    private ValueList<Property> Properties() =>
        [.. MaybeList(() => Property(isKnown: true)), .. MaybeList(() => Property(isKnown: false))];

    private BackupSnapshotStatement BackupSnapshot()
    {
        // Only beside DATABASE does a snapshot keep the database in its name.
        var database = Maybe(Name);
        return new BackupSnapshotStatement(ObjectName(database is null ? 1 : 2), Name())
        {
            Database = database,
            Catalogs = Maybe(() => Catalogs(withAlias: false)),
            Objects = MaybeList(SnapshotObject),
            Properties = Properties(),
        };
    }

    private ExternalCatalogs Catalogs(bool withAlias) =>
        new(MaybeList(() => new AliasedName(Name(), withAlias ? Maybe(Name) : null)));

    private RestoreSnapshotStatement RestoreSnapshot() => new(ObjectName(2), Name())
    {
        Catalogs = Maybe(() => Catalogs(withAlias: true)),
        Database = Maybe(() => new AliasedName(Name(), Maybe(Name))),
        Objects = MaybeList(SnapshotObject),
        Properties = Properties(),
    };

    private SnapshotObject SnapshotObject()
    {
        var item = new SnapshotObject(Enum<SnapshotObjectType>(), Maybe(() => ObjectName(2)));
        return item.Name is null ? item : item with
        {
            Alias = Maybe(Name),
            Partitions = item.Type == SnapshotObjectType.Table
                ? Maybe(() => new PartitionSet(List(Name), Bool()))
                : null,
        };
    }

    private CancelSnapshotJobStatement CancelSnapshotJob()
    {
        var database = Maybe(Name);
        return new CancelSnapshotJobStatement(Enum<SnapshotJob>(), database, database is null && Bool());
    }

    private RowFilter Filter()
    {
        var limit = Bool() ? _random.NextInt64() : (long?)null;
        return new RowFilter
        {
            Where = Maybe(SnapshotExpression),
            OrderBy = MaybeList(() => new OrderTerm(SnapshotExpression(), Enum<SortDirection>())),
            Limit = limit,
            Offset = limit is not null && Bool() ? 10 : null,
        };
    }

    private Expression SnapshotExpression() => SnapshotExpression(leastPrecedence: 0);

    private Expression SnapshotExpression(int leastPrecedence)
    {
        if (++_depth > 4)
        {
            _depth--;
            return SnapshotOperand();
        }

        var (precedence, expression) = SnapshotOperation();
        _depth--;
        return precedence < leastPrecedence ? new ParenthesizedExpression(expression) : expression;
    }

    private (int Precedence, Expression Expression) SnapshotOperation()
    {
        switch (_random.Next(4))
        {
            case 0:
                return (3, new UnaryExpression(UnaryOperator.Not, SnapshotExpression(3)));
            case 1:
                return (9, SnapshotOperand());
            default:
                var @operator = (BinaryOperator)_random.Next((int)BinaryOperator.Like + 1);
                var precedence = @operator switch { BinaryOperator.Or => 1, BinaryOperator.And => 2, _ => 4 };
                return (precedence, new BinaryExpression(
                    @operator, SnapshotExpression(precedence), SnapshotExpression(precedence + 1)));
        }
    }

    private Expression SnapshotOperand() => Pick<Expression>(
        Literal,
        () => new NumberLiteral("12"),
        () => new BooleanLiteral(Bool()),
        () => new NullLiteral(),
        () => new NameExpression(Bool() ? ObjectName(2) : new ObjectName([new Name("SNAPSHOT")])),
        () => _depth > 4 ? new NullLiteral() : new ParenthesizedExpression(SnapshotExpression()));

    private RecoverStatement Recover() => Pick(
        () => new RecoverStatement(RecoverObject.Database, ObjectName(1), null),
        () => new RecoverStatement(RecoverObject.Table, ObjectName(2), null),
        () => new RecoverStatement(RecoverObject.Partition, ObjectName(2), Name()));

    private SnapshotPrivilege SnapshotPrivilege() => Pick<SnapshotPrivilege>(
        () => new RepositoryPrivilege(),
        () => new ExportTablePrivilege(ObjectName(2)),
        () => new ExportAllTablesPrivilege(Maybe(Name)));
}
