using Backup.Sql.Parsing.Generated;
using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <content>External connections, GRANT and REVOKE.</content>
internal sealed partial class SyntaxBuilder
{
    private CreateExternalConnectionStatement CreateConnection(StatementParser.CreateConnectionContext context) =>
        new(
            StringOf(context.stringOrPlaceholder(0)),
            StringOf(context.stringOrPlaceholder(1)),
            context.IF() is not null)
        {
            Span = SpanOf(context),
        };

    private AlterExternalConnectionStatement AlterConnection(StatementParser.AlterConnectionContext context) =>
        new(
            StringOf(context.stringOrPlaceholder(0)),
            StringOf(context.stringOrPlaceholder(1)),
            context.IF() is not null)
        {
            Span = SpanOf(context),
        };

    private DropExternalConnectionStatement DropConnection(StatementParser.DropConnectionContext context) =>
        new(OptionString(context)) { Span = SpanOf(context) };

    private CheckExternalConnectionStatement CheckConnection(StatementParser.CheckConnectionContext context) =>
        new(OptionString(context), CheckOptionsOf(context.withCheckConnection())) { Span = SpanOf(context) };

    private CheckConnectionOptions CheckOptionsOf(StatementParser.WithCheckConnectionContext? context)
    {
        if (context is null)
            return CheckConnectionOptions.None;
        var collector = new OptionCollector(source);
        var options = CheckConnectionOptions.None;
        for (var i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is not StatementParser.CheckConnectionOptionContext option)
                continue;
            collector.Add(Vocabulary.Spelling(First(option).Type), SpanOf(option));
            options = First(option).Type switch
            {
                StatementParser.CONCURRENTLY => options with { Concurrently = ExpressionOf(option.expression()) },
                StatementParser.TRANSFER => options with { Transfer = OptionString(option) },
                _ => options with { Time = OptionString(option) },
            };
        }

        return options with { Span = SpanOf(context), Spans = collector.Spans };
    }

    private ShowExternalConnectionsStatement ShowConnections(StatementParser.ShowConnectionsContext context) =>
        new(context.stringOrPlaceholder() is { } name ? StringOf(name) : null) { Span = SpanOf(context) };

    private ShowCreateExternalConnectionStatement ShowCreateConnection(
        StatementParser.ShowCreateConnectionContext context) =>
        new(context.stringOrPlaceholder() is { } name ? StringOf(name) : null) { Span = SpanOf(context) };

    // ---- Rights ----

    private GrantStatement Grant(StatementParser.GrantContext context) =>
        new(
            PrivilegesOf(context.privileges()),
            context.grantObject() is { } target ? GrantObjectOf(target) : null,
            RolesOf(context.roles()),
            context.OPTION() is not null)
        {
            Span = SpanOf(context),
        };

    private RevokeStatement Revoke(StatementParser.RevokeContext context) =>
        new(
            PrivilegesOf(context.privileges()),
            context.grantObject() is { } target ? GrantObjectOf(target) : null,
            RolesOf(context.roles()),
            context.OPTION() is not null)
        {
            Span = SpanOf(context),
        };

    private ShowGrantsStatement ShowGrants(StatementParser.ShowGrantsContext context) =>
        new(
            context.SYSTEM() is not null,
            context.grantObject() is { } target ? GrantObjectOf(target) : null,
            context.roles() is { } roles ? RolesOf(roles) : [])
        {
            Span = SpanOf(context),
        };

    // ALL PRIVILEGES is ALL: the first word names the privilege.
    private ValueList<Name> PrivilegesOf(StatementParser.PrivilegesContext context) =>
        ListOf<StatementParser.PrivilegeContext, Name>(context, privilege => NameOf(First(privilege)));

    private ValueList<Name> RolesOf(StatementParser.RolesContext context) =>
        ListOf<StatementParser.RoleContext, Name>(context, role => NameOf(First(role)));

    private GrantObject GrantObjectOf(StatementParser.GrantObjectContext context)
    {
        var span = SpanOf(context);
        return TypeAt(context, 0) switch
        {
            StatementParser.DATABASE => new GrantOnDatabases(NamesOf(context)) { Span = span },
            StatementParser.EXTERNAL => new GrantOnConnections(NamesOf(context)) { Span = span },
            _ => new GrantOnTables(TablePatternsOf(context)) { Span = span },
        };
    }
}
