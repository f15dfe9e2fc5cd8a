using Backup.Sql.Parsing;
using Backup.Sql.Syntax;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Syntax;

public sealed class RoundTripTests
{
    private static readonly Arbitrary<int> _seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void Any_statement_equals_its_exposed_text_parsed() => Check(300, statement =>
    {
        var text = SqlFormatter.Format(statement, FormatMode.Exposed);
        var parsed = BackupSqlParser.ParseStatement(text);
        Assert.Equal(statement.GetType(), parsed.GetType());
        Assert.True(statement.Equals(parsed), text);
        Assert.Equal(text, SqlFormatter.Format(parsed, FormatMode.Exposed));
        Assert.Equal(statement.GetHashCode(), parsed.GetHashCode());
    });

    [Fact]
    public void Printing_the_parsed_text_gives_the_same_text_in_every_mode() => Check(200, statement =>
    {
        foreach (var mode in Enum.GetValues<FormatMode>())
        {
            var text = SqlFormatter.Format(statement, mode);
            Assert.Equal(text, SqlFormatter.Format(BackupSqlParser.ParseStatement(text), mode));
        }
    });

    [Fact]
    public void Canonical_text_of_any_statement_is_routed_to_us() => Check(100, statement =>
    {
        // GRANT and SHOW GRANTS of privileges that are not about backups belong to the host.
        if (statement is not (GrantStatement or RevokeStatement or ExplainStatement))
            Assert.True(BackupSqlParser.IsBackupStatement(SqlFormatter.Format(statement)), statement.ToString());
    });

    [Fact]
    public void Statements_of_a_script_are_those_of_its_pieces() => Prop.ForAll(_seeds, seed =>
    {
        var maker = new StatementMaker(seed);
        Statement[] statements = [maker.Make(), maker.Make(), maker.Make()];
        var script = string.Join(" ;\n", statements.Select(s => SqlFormatter.Format(s, FormatMode.Exposed))) + ";;";
        Assert.Equal(statements, BackupSqlParser.Parse(script));

        var rest = script;
        foreach (var statement in statements)
        {
            var slice = BackupSqlParser.FirstStatement(rest);
            Assert.True(slice.IsComplete, rest);
            Assert.Equal(statement, BackupSqlParser.ParseStatement(rest.Substring(slice.Start, slice.Length)));
            rest = rest[slice.Next..];
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_kind_of_statement_is_made_printed_and_parsed()
    {
        var known = typeof(Statement).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Statement)) && type.IsSealed)
            .Select(type => type.Name)
            .Order(StringComparer.Ordinal);
        Assert.Equal(known, new StatementMaker(1).Types);
    }

    [Fact]
    public void Bases_of_statements_and_nodes_are_closed()
    {
        var open = typeof(SyntaxNode).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(SyntaxNode)) && !type.IsSealed && !type.IsAbstract);
        Assert.Empty(open);
    }

    private static void Check(int tests, Action<Statement> check) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(tests),
        Prop.ForAll(_seeds, seed =>
        {
            var maker = new StatementMaker(seed);
            foreach (var type in maker.Types)
                check(maker.Make(type));
        }));
}
