using System.Globalization;
using System.Runtime.InteropServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using Backup.Sql.Diagnostics;
using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Builds the records of a statement from its parse tree, and refuses what the grammar alone cannot.</summary>
internal sealed partial class SyntaxBuilder(SourceText source)
{
    /// <summary>Builds a statement of the CockroachDB dialect.</summary>
    public Statement Build(StatementParser.CockroachStatementContext context)
    {
        var isExplained = context.EXPLAIN() is not null;
        var statement = Build((ParserRuleContext)context.statement().GetChild(0));
        return isExplained ? new ExplainStatement(statement) { Span = SpanOf(context) } : statement;
    }

    /// <summary>Builds a statement of the StarRocks dialect.</summary>
    public Statement Build(StatementParser.StarRocksStatementContext context)
    {
        var isExplained = context.EXPLAIN() is not null;
        var statement = BuildSnapshotStatement((ParserRuleContext)context.snapshotStatement().GetChild(0));
        return isExplained ? new ExplainStatement(statement) { Span = SpanOf(context) } : statement;
    }

    private Statement Build(ParserRuleContext context) => context switch
    {
        StatementParser.BackupContext c => Backup(c),
        StatementParser.RestoreContext c => Restore(c),
        StatementParser.ShowBackupsContext c => ShowBackups(c),
        StatementParser.ShowBackupContext c => ShowBackup(c),
        StatementParser.AlterBackupContext c => AlterBackup(c),
        StatementParser.CreateScheduleContext c => CreateSchedule(c),
        StatementParser.AlterScheduleContext c => AlterSchedule(c),
        StatementParser.ShowSchedulesContext c => ShowSchedules(c),
        StatementParser.ShowScheduleContext c => ShowSchedule(c),
        StatementParser.ShowCreateScheduleContext c => ShowCreateSchedule(c),
        StatementParser.ControlSchedulesContext c => ControlSchedules(c),
        StatementParser.ShowJobsContext c => ShowJobs(c),
        StatementParser.ControlJobsContext c => ControlJobs(c),
        StatementParser.AlterJobOwnerContext c => AlterJobOwner(c),
        StatementParser.CreateConnectionContext c => CreateConnection(c),
        StatementParser.AlterConnectionContext c => AlterConnection(c),
        StatementParser.DropConnectionContext c => DropConnection(c),
        StatementParser.CheckConnectionContext c => CheckConnection(c),
        StatementParser.ShowConnectionsContext c => ShowConnections(c),
        StatementParser.ShowCreateConnectionContext c => ShowCreateConnection(c),
        StatementParser.GrantContext c => Grant(c),
        StatementParser.RevokeContext c => Revoke(c),
        StatementParser.ShowGrantsContext c => ShowGrants(c),
        _ => BuildOwnStatement(context),
    };

    // ---- Places and texts ----

    private static SourceSpan SpanOf(ParserRuleContext context) =>
        SourceText.Span((SqlToken)context.Start, (SqlToken)(context.Stop ?? context.Start));

    private static SourceSpan SpanOf(SqlToken token) => SourceText.Span(token, token);

    private static SqlToken First(ParserRuleContext context) => (SqlToken)context.Start;

    // The runtime hands children out through interfaces and enumerators, which costs more than building the records.
    private static ReadOnlySpan<IParseTree> Children(ParserRuleContext context) =>
        CollectionsMarshal.AsSpan((List<IParseTree>?)context.children);

    private static SqlToken TokenAt(ParserRuleContext context, int child) =>
        (SqlToken)((ITerminalNode)Children(context)[child]).Symbol;

    /// <summary>
    /// The type of a child that is a token; 0 for a child that is a rule, and where there is no child.
    /// </summary>
    private static int TypeAt(ParserRuleContext context, int child)
    {
        var children = Children(context);
        return child < children.Length && children[child] is ITerminalNode node ? node.Symbol.Type : 0;
    }

    private static bool Has(ParserRuleContext context, int tokenType)
    {
        foreach (var child in Children(context))
        {
            if (child is ITerminalNode node && node.Symbol.Type == tokenType)
                return true;
        }

        return false;
    }

    /// <summary>The child of a type, after skipping some; null where there is none.</summary>
    private static TContext? Find<TContext>(ParserRuleContext context, int skip = 0)
        where TContext : ParserRuleContext
    {
        foreach (var node in Children(context))
        {
            if (node is TContext child && skip-- == 0)
                return child;
        }

        return null;
    }

    /// <summary>Builds a node from every child of a type.</summary>
    private static ValueList<TNode> ListOf<TContext, TNode>(ParserRuleContext context, Func<TContext, TNode> build)
        where TContext : ParserRuleContext
    {
        var children = Children(context);
        var count = 0;
        foreach (var node in children)
            count += node is TContext ? 1 : 0;
        if (count == 0)
            return [];

        var nodes = new TNode[count];
        var next = 0;
        foreach (var node in children)
        {
            if (node is TContext child)
                nodes[next++] = build(child);
        }

        return new ValueList<TNode>(ImmutableCollectionsMarshal.AsImmutableArray(nodes));
    }

    // ---- Names, strings, numbers ----

    private Name NameOf(SqlToken token) => new(WordText(token)) { Span = SpanOf(token) };

    private Name NameOf(StatementParser.NameContext context) => NameOf(First(context));

    private ObjectName ObjectNameOf(ParserRuleContext context) =>
        new(Parts(context)) { Span = SpanOf(context) };

    // The parts of a dotted name: the first is a name, the others may be any word.
    private ValueList<Name> Parts(ParserRuleContext context) =>
        ListOf<ParserRuleContext, Name>(context, part => NameOf(First(part)));

    private StringOrPlaceholder StringOf(ParserRuleContext context) => StringOf(First(context));

    private StringOrPlaceholder StringOf(SqlToken token) => token.Type == StatementParser.PLACEHOLDER
        ? PlaceholderOf(token)
        : new StringLiteral(token.Type == StatementParser.STRING ? StringText(token) : WordText(token))
        {
            Span = SpanOf(token),
        };

    private Placeholder PlaceholderOf(SqlToken token)
    {
        var digits = source.TextOf(token)[1..];
        if (!ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            throw Errors.InvalidPlaceholder(source.Place(token), digits.Length > 40 ? "…" : digits.ToString());
        return new Placeholder(number) { Span = SpanOf(token) };
    }

    private ValueList<StringOrPlaceholder> UrisOf(StatementParser.UrisContext context) =>
        ListOf<StatementParser.StringOrPlaceholderContext, StringOrPlaceholder>(context, StringOf);

    private string WordText(SqlToken token) => token.Type == StatementParser.QUOTED_NAME
        ? Unquoter.QuotedName(source.TextOf(token))
        : Identifiers.Fold(source.TextOf(token));

    private string StringText(SqlToken token) =>
        Unquoter.TryCockroach(source.TextOf(token), out var value)
            ? value
            : throw Errors.InvalidEscape(source.Place(token), value);

    private long IntegerOf(SqlToken token) =>
        long.TryParse(source.TextOf(token), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Errors.NumberOutOfRange(source.Place(token), source.Describe(token));
}
