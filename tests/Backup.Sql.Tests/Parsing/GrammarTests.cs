using System.Security.Cryptography;
using Backup.Sql.Parsing;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;
using Backup.Sql.Tests.Syntax;
using FsCheck;
using FsCheck.Fluent;

namespace Backup.Sql.Tests.Parsing;

public sealed class GrammarTests
{
    [Fact]
    public void The_committed_parser_was_made_from_the_grammar_beside_it()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in new[] { "CockroachLexer", "Keywords", "Marks", "StarRocksLexer", "StatementParser" })
            hash.AppendData(File.ReadAllBytes(Path.Combine(Repository.Root, "grammar", $"{name}.g4")));
        var stamp = Path.Combine(Repository.Root, "src/Backup.Sql/Parsing/Generated/grammar.sha256");
        Assert.Equal(File.ReadAllText(stamp).Trim(), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Both_lexers_and_the_parser_agree_on_the_types_of_tokens()
    {
        for (var type = 0; type <= StatementParser._ATN.maxTokenType; type++)
        {
            var name = StatementParser.DefaultVocabulary.GetSymbolicName(type);
            Assert.Equal(name, CockroachLexer.DefaultVocabulary.GetSymbolicName(type));
            if (StarRocksLexer.DefaultVocabulary.GetSymbolicName(type) is { } other)
                Assert.Equal(name, other);
        }
    }

    [Fact]
    public void Every_keyword_is_reserved_or_may_be_a_name()
    {
        foreach (var word in BackupSqlParser.Keywords)
        {
            // A reserved word that is quoted is a name, and no word makes the canonical text ambiguous.
            Name name = new(word.ToLowerInvariant());
            ValueList<Name> parts = [name];
            var table = new TableTargets([new TablePattern(parts, IsWildcard: false, Alias: null)]);
            Statement[] statements =
            [
                new BackupStatement(table, new IntoCollection(), [Uri]),
                new BackupStatement(new DatabaseTargets([name]), new IntoCollection(), [Uri]),
                new AlterJobOwnerStatement(new NameExpression(new ObjectName(parts)), name),
                new DropPolicyStatement(name, IfExists: false),
                new ShowPoliciesStatement(name),
                new BackupSnapshotStatement(new ObjectName(parts), name) { Objects = [Table(parts)] },
                new RestoreSnapshotStatement(new ObjectName(parts), name) { Objects = [Table(parts)] },
                new ShowSnapshotJobsStatement(SnapshotJob.Backup, name, RowFilter.None),
            ];
            foreach (var statement in statements)
            {
                var text = SqlFormatter.Format(statement, FormatMode.Exposed);
                Assert.True(statement.Equals(BackupSqlParser.ParseStatement(text)), text);
            }
        }

        static SnapshotObject Table(ValueList<Name> parts) => new(SnapshotObjectType.Table, new ObjectName(parts));
    }

    [Fact]
    public void Prediction_without_full_context_reads_every_statement_the_same() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var maker = new StatementMaker(seed);
            foreach (var type in maker.Types)
            {
                var text = SqlFormatter.Format(maker.Make(type), FormatMode.Exposed);
                Assert.Equal(Tree(text, fullContext: true), Tree(text, fullContext: false));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private static StringLiteral Uri { get; } = new("x");

    private static string Tree(string text, bool fullContext)
    {
        var source = new SourceText(text, dialect: null);
        var reader = new TokenReader(source);
        var tokens = reader.ReadStatement()!;
        var parser = BackupSqlParser.ParserFor(source, tokens, reader.Dialect, fullContext);
        return reader.Dialect == StatementDialect.StarRocks
            ? Shape(parser.starRocksStatement())
            : Shape(parser.cockroachStatement());

        static string Shape(Antlr4.Runtime.Tree.IParseTree node) => node switch
        {
            Antlr4.Runtime.Tree.ITerminalNode leaf => $"{leaf.Symbol.TokenIndex}",
            Antlr4.Runtime.ParserRuleContext rule =>
                $"({rule.RuleIndex} {string.Join(' ', (rule.children ?? []).Select(Shape))})",
            _ => throw new InvalidOperationException(),
        };
    }
}
