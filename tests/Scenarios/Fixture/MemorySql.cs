using System.Globalization;
using Backup.Sql.Catalog;
using Backup.Sql.TestKit.Memory;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>
/// As much SQL as the scripts need to work on the engine in memory: CREATE and DROP of all its objects, ALTER TABLE,
/// INSERT, UPDATE and DELETE by key, SELECT of a whole table. Each text is one transaction after its definitions.
/// </summary>
internal sealed class MemorySql(MemoryEngine engine, string database)
{
    private IReadOnlyList<string> _words = [];
    private int _at;

    public void Run(string sql)
    {
        foreach (var statement in SqlWords.Statements(sql))
        {
            (_words, _at) = (statement, 0);
            switch (Next())
            {
                case "CREATE":
                    Create();
                    break;
                case "DROP":
                    Next();
                    engine.Drop(Find<ObjectDescriptor>(Name()));
                    break;
                case "ALTER":
                    Alter();
                    break;
                case "INSERT":
                    Insert();
                    break;
                case "UPDATE":
                    Update();
                    break;
                case "DELETE":
                    Delete();
                    break;
                case "SELECT":
                    Expect("NEXTVAL", "(");
                    engine.NextValue(Find<SequenceDescriptor>((MemoryEngine.PublicSchema, Text(Next()))));
                    break;
                default:
                    throw Unknown();
            }
        }
    }

    /// <summary>SELECT * FROM t, or SELECT count(*) FROM t.</summary>
    public Table Query(string sql)
    {
        (_words, _at) = (SqlWords.Statements(sql).Single(), 0);
        Expect("SELECT");
        var counts = Take("COUNT");
        if (counts)
            Expect("(", "*", ")", "FROM");
        else
            Expect("*", "FROM");
        var table = Find<TableDescriptor>(Name());
        var rows = engine.ReadAll(table);
        return counts
            ? new Table(["count"], [[(long)rows.Count]])
            : new Table([.. table.Columns.Select(c => c.Name)], rows);
    }

    private void Create()
    {
        var unique = Take("UNIQUE");
        switch (Next())
        {
            case "TABLE":
                CreateTable();
                break;
            case "INDEX":
                var index = Next();
                Expect("ON");
                var table = Find<TableDescriptor>(Name());
                var descriptor = new IndexDescriptor { Name = index, Columns = List(), Unique = unique };
                engine.Alter(table with { Indexes = [.. table.Indexes, descriptor] });
                break;
            case "SCHEMA":
                engine.Create(new SchemaDescriptor { Id = 0, Database = database, Name = Next() });
                break;
            case "TYPE":
                var (typeSchema, type) = Name();
                Expect("AS", "ENUM");
                engine.Create(new TypeDescriptor
                {
                    Id = 0, Database = database, Schema = typeSchema, Name = type, Members = [.. List().Select(Text)],
                });
                break;
            case "FUNCTION":
                var (functionSchema, function) = Name();
                engine.Create(new FunctionDescriptor { Id = 0, Database = database, Schema = functionSchema, Name = function });
                break;
            case "SEQUENCE":
                CreateSequence();
                break;
            case "VIEW":
                CreateView(materialized: false);
                break;
            case "MATERIALIZED":
                Expect("VIEW");
                CreateView(materialized: true);
                break;
            default:
                throw Unknown();
        }
    }

    private void CreateTable()
    {
        var (schema, name) = Name();
        var builder = new TableBuilder(database, name, schema);
        Expect("(");
        do
        {
            if (Take("PRIMARY"))
            {
                Expect("KEY");
                builder.PrimaryKey([.. List()]);
                continue;
            }

            CreateColumn(builder);
        }
        while (Take(","));
        Expect(")");
        if (Take("PARTITION"))
        {
            Expect("BY");
            builder.PartitionBy(Next(), [.. List()]);
        }

        var byRow = Take("LOCALITY");
        if (byRow)
            Expect("REGIONAL", "BY", "ROW");
        engine.Create(builder.Build() with { RegionalByRow = byRow });
    }

    private void CreateColumn(TableBuilder builder)
    {
        var column = new ColumnDescriptor { Name = Next(), Type = Type(Next()) };
        while (Peek() is not ("," or ")" or null))
        {
            switch (Next())
            {
                case "PRIMARY":
                    Expect("KEY");
                    builder.PrimaryKey(column.Name);
                    column = column with { Nullable = false };
                    break;
                case "NOT":
                    Expect("NULL");
                    column = column with { Nullable = false };
                    break;
                case "REFERENCES":
                    builder.ForeignKey(Name().Name, column.Name);
                    break;
                case "DEFAULT":
                    column = WithDefault(column);
                    break;
                default:
                    throw Unknown();
            }
        }

        builder.Column(column);
    }

    // nextval('sequence'), function(), or a constant.
    private ColumnDescriptor WithDefault(ColumnDescriptor column)
    {
        var word = Next();
        if (!Take("("))
            return column with { Default = word };
        var needed = word == "NEXTVAL"
            ? Find<ObjectDescriptor>((MemoryEngine.PublicSchema, Text(Next())))
            : Find<ObjectDescriptor>((MemoryEngine.PublicSchema, word));
        Expect(")");
        return column with { Default = $"{word.ToLowerInvariant()}({needed.Name})", DefaultDependsOn = [needed.Id] };
    }

    private void CreateSequence()
    {
        var (schema, name) = Name();
        var sequence = new SequenceDescriptor { Id = 0, Database = database, Schema = schema, Name = name };
        if (Take("OWNED"))
        {
            Expect("BY");
            var owner = Find<TableDescriptor>((MemoryEngine.PublicSchema, Next()));
            Expect(".");
            sequence = sequence with { OwnerTable = owner.Id, OwnerColumn = Next() };
        }

        engine.Create(sequence);
    }

    private void CreateView(bool materialized)
    {
        var (schema, name) = Name();
        var body = string.Join(' ', _words.Skip(_at));
        var needs = new List<long>();
        while (Peek() is not null)
        {
            if (Next() is "FROM" or "JOIN")
                needs.Add(Find<ObjectDescriptor>(Name()).Id);
        }

        engine.Create(new ViewDescriptor
        {
            Id = 0, Database = database, Schema = schema, Name = name, DependsOn = needs, Materialized = materialized,
            Properties = new Dictionary<string, string> { ["body"] = body },
        });
    }

    private void Alter()
    {
        Expect("TABLE");
        var table = Find<TableDescriptor>(Name());
        if (Take("RENAME"))
        {
            Expect("TO");
            engine.Alter(table with { Name = Next() });
            return;
        }

        Expect("ADD", "COLUMN");
        var column = new ColumnDescriptor { Name = Next(), Type = Type(Next()) };
        engine.Alter(table with { Columns = [.. table.Columns, column] });
    }

    private void Insert()
    {
        Expect("INTO");
        var table = Find<TableDescriptor>(Name());
        Expect("VALUES");
        using var transaction = engine.BeginTransaction();
        do
            transaction.Insert(table, [.. List().Select(Literal)]);
        while (Take(","));
        transaction.Commit();
    }

    private void Update()
    {
        var table = Find<TableDescriptor>(Name());
        Expect("SET");
        var changes = new Dictionary<string, object?>();
        do
        {
            var column = Next();
            Expect("=");
            changes.Add(column, Literal(Next()));
        }
        while (Take(","));
        using var transaction = engine.BeginTransaction();
        foreach (var row in Matching(table))
        {
            var values = table.Columns.Select((c, i) => changes.TryGetValue(c.Name, out var value) ? value : row[i]);
            transaction.Update(table, Key(table, row), [.. values]);
        }

        transaction.Commit();
    }

    private void Delete()
    {
        Expect("FROM");
        var table = Find<TableDescriptor>(Name());
        using var transaction = engine.BeginTransaction();
        foreach (var row in Matching(table))
            transaction.Delete(table, Key(table, row));
        transaction.Commit();
    }

    private List<object?[]> Matching(TableDescriptor table)
    {
        var rows = engine.ReadAll(table);
        if (!Take("WHERE"))
            return [.. rows];
        var column = table.Columns.ToList().FindIndex(c => c.Name == Peek());
        Next();
        Expect("=");
        var value = Literal(Next());
        return [.. rows.Where(row => Equals(row[column], value))];
    }

    private static IReadOnlyList<object?> Key(TableDescriptor table, object?[] row) =>
        [.. table.PrimaryKey.Select(name => row[table.Columns.ToList().FindIndex(c => c.Name == name)])];

    private ColumnType Type(string word) => word switch
    {
        "INTEGER" or "INT" => new ColumnType(ColumnKind.Integer),
        "TEXT" => new ColumnType(ColumnKind.Text),
        "REAL" => new ColumnType(ColumnKind.Float),
        "BLOB" => new ColumnType(ColumnKind.Bytes),
        "DECIMAL" => new ColumnType(ColumnKind.Decimal),
        _ => new ColumnType(ColumnKind.UserDefined) { TypeId = Find<TypeDescriptor>((MemoryEngine.PublicSchema, word)).Id },
    };

    private T Find<T>((string Schema, string Name) name)
        where T : ObjectDescriptor
    {
        var objects = Task.Run(async () =>
        {
            await using var catalog = await engine.OpenCatalogAsync(null);
            return await catalog.GetObjectsAsync(database);
        }).GetAwaiter().GetResult();
        return objects.OfType<T>().FirstOrDefault(o => o.Schema == name.Schema && o.Name == name.Name)
            ?? throw new InvalidOperationException($"There is no {typeof(T).Name} {name.Schema}.{name.Name}.");
    }

    private (string Schema, string Name) Name()
    {
        var first = Next();
        return Take(".") ? (first, Next()) : (MemoryEngine.PublicSchema, first);
    }

    private List<string> List()
    {
        var words = new List<string>();
        Expect("(");
        do
            words.Add(Next());
        while (Take(","));
        Expect(")");
        return words;
    }

    private static object? Literal(string word) => word switch
    {
        "NULL" => null,
        ['\'', ..] => Text(word),
        _ when word.Contains('.', StringComparison.Ordinal) => double.Parse(word, CultureInfo.InvariantCulture),
        _ => long.Parse(word, CultureInfo.InvariantCulture),
    };

    private static string Text(string word) => word[1..^1].Replace("''", "'", StringComparison.Ordinal);

    private string? Peek() => _at < _words.Count ? _words[_at] : null;

    private string Next() => _at < _words.Count ? _words[_at++] : throw Unknown();

    private bool Take(string word)
    {
        if (Peek() != word)
            return false;
        _at++;
        return true;
    }

    private void Expect(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (!Take(word))
                throw Unknown();
        }
    }

    private InvalidOperationException Unknown() =>
        new($"The engine in memory does not understand, at word {_at}: {string.Join(' ', _words)}");
}
