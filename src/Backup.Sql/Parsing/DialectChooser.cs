using Backup.Sql.Syntax;

namespace Backup.Sql.Parsing;

/// <summary>Chooses the dialect of a statement by its leading words, before anything is lexed.</summary>
internal static class DialectChooser
{
    /// <summary>Chooses the dialect of the statement at an offset.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="position">Where the statement starts, blanks before it included.</param>
    /// <returns>The dialect; CockroachDB's when the words decide nothing.</returns>
    public static StatementDialect Choose(ReadOnlySpan<char> text, int position)
    {
        var scanner = new TextScanner(text, position, dialect: null);
        scanner.Accept("EXPLAIN");
        return IsStarRocks(ref scanner) ? StatementDialect.StarRocks : StatementDialect.Cockroach;
    }

    private static bool IsStarRocks(ref TextScanner scanner)
    {
        var first = scanner.Next();
        if (scanner.Is(first, "BACKUP"))
            return IsBackup(ref scanner);
        if (scanner.Is(first, "RESTORE"))
            return scanner.Accept("SNAPSHOT") && IsSnapshotName(ref scanner, scanner.Peek(), "FROM", "AS");
        if (scanner.Is(first, "SHOW"))
            return IsShow(ref scanner);
        if (scanner.Is(first, "GRANT") || scanner.Is(first, "REVOKE"))
            return (scanner.Accept("REPOSITORY") || scanner.Accept("EXPORT")) && scanner.Accept("ON");
        if (scanner.Is(first, "CREATE"))
            return scanner.Accept("REPOSITORY") || scanner.Accept("READ");
        if (scanner.Is(first, "DROP"))
            return scanner.Accept("REPOSITORY") || scanner.Accept("SNAPSHOT");
        if (scanner.Is(first, "CANCEL"))
            return scanner.Accept("BACKUP") || scanner.Accept("RESTORE");
        return scanner.Is(first, "RECOVER");
    }

    private static bool IsBackup(ref TextScanner scanner)
    {
        if (scanner.Accept("SNAPSHOT"))
            return IsSnapshotName(ref scanner, scanner.Peek(), "INTO", "TO");
        if (scanner.Accept("DATABASE"))
        {
            scanner.Next();
            return scanner.Accept("SNAPSHOT");
        }

        if (scanner.Accept("ALL"))
            return scanner.Accept("EXTERNAL");
        return scanner.Accept("EXTERNAL") && (scanner.Accept("CATALOG") || scanner.Accept("CATALOGS"));
    }

    // After the word SNAPSHOT: a name makes it a keyword, anything else makes it a table of that name.
    private static bool IsSnapshotName(ref TextScanner scanner, Lexeme next, string notThis, string norThis) =>
        IsName(next) && !scanner.Is(next, notThis) && !scanner.Is(next, norThis);

    private static bool IsShow(ref TextScanner scanner)
    {
        if (!scanner.Accept("BACKUP"))
            return scanner.Accept("RESTORE") || scanner.Accept("SNAPSHOT") || scanner.Accept("REPOSITORIES");

        var next = scanner.Next();
        if (scanner.Is(next, "FROM") || scanner.Is(next, "IN"))
            return IsName(scanner.Next()) && !scanner.Accept("IN");
        return next.Kind is LexemeKind.End or LexemeKind.Semicolon
            || scanner.Is(next, "WHERE") || scanner.Is(next, "ORDER") || scanner.Is(next, "LIMIT");
    }

    private static bool IsName(Lexeme lexeme) => lexeme.Kind is LexemeKind.Word or LexemeKind.BackQuoted;
}
