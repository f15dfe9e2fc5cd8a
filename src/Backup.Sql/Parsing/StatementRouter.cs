using System.Text;

namespace Backup.Sql.Parsing;

/// <summary>Tells by the leading words whether a text begins with a statement of this library.</summary>
internal static class StatementRouter
{
    // The privileges of CockroachDB that concern backups: GRANT and REVOKE of any other belong to the host.
    private static readonly string[] _privileges =
    [
        "BACKUP", "RESTORE", "EXTERNALCONNECTION", "EXTERNALIOIMPLICITACCESS", "CONTROLJOB", "VIEWJOB",
        "VIEWCLUSTERMETADATA", "REPAIRCLUSTER",
    ];

    /// <summary>Looks at a few words; strings and names are not understood.</summary>
    public static bool IsBackupStatement(ReadOnlySpan<char> text)
    {
        var scanner = new TextScanner(text, 0, dialect: null);
        while (scanner.Peek().Kind == LexemeKind.Semicolon)
            scanner.Next();
        scanner.Accept("EXPLAIN");
        var first = scanner.Next();
        if (first.Kind != LexemeKind.Word)
            return false;

        Span<char> word = stackalloc char[8];
        if (Ascii.ToUpper(scanner.TextOf(first), word, out var length) != System.Buffers.OperationStatus.Done)
            return false;
        return word[..length] switch
        {
            "BACKUP" or "RESTORE" or "RECOVER" => true,
            "SHOW" => IsShow(ref scanner),
            "CREATE" => IsCreate(ref scanner),
            "ALTER" => IsAlter(ref scanner),
            "DROP" => IsDrop(ref scanner),
            "PAUSE" or "RESUME" => IsControl(ref scanner),
            "CANCEL" => scanner.Accept("BACKUP") || scanner.Accept("RESTORE") || IsControl(ref scanner),
            "EXECUTE" => IsSchedule(ref scanner),
            "CHECK" => scanner.Accept("EXTERNAL") && scanner.Accept("CONNECTION"),
            "IMPORT" => scanner.Accept("BACKUP"),
            "SET" or "RESET" => scanner.Accept("CLUSTER") && scanner.Accept("SETTING"),
            "GRANT" or "REVOKE" => IsGrant(ref scanner),
            _ => false,
        };
    }

    private static bool IsShow(ref TextScanner scanner)
    {
        if (scanner.Accept("CREATE"))
        {
            scanner.Accept("ALL");
            return IsSchedule(ref scanner) || scanner.Accept("EXTERNAL");
        }

        if (scanner.Accept("ALL"))
            return scanner.Accept("CLUSTER") && scanner.Accept("SETTINGS");
        if (scanner.Accept("RUNNING") || scanner.Accept("PAUSED"))
            return scanner.Accept("SCHEDULES");
        if (scanner.Accept("SYSTEM"))
            return scanner.Accept("GRANTS");
        if (scanner.Accept("CLUSTER"))
            return scanner.Accept("SETTING") || scanner.Accept("SETTINGS");
        if (scanner.Accept("EXTERNAL"))
            return scanner.Accept("CONNECTION") || scanner.Accept("CONNECTIONS");
        if (scanner.Accept("REGISTERED") || scanner.Accept("MISSED"))
            return IsBackup(ref scanner);
        if (scanner.Accept("AUTOMATIC"))
            return scanner.Accept("JOBS");
        return IsBackup(ref scanner) || IsSchedule(ref scanner) || scanner.Accept("RESTORE")
            || scanner.Accept("SNAPSHOT") || scanner.Accept("REPOSITORIES") || IsJob(ref scanner)
            || scanner.Accept("GRANTS");
    }

    private static bool IsCreate(ref TextScanner scanner)
    {
        if (scanner.Accept("READ"))
            return scanner.Accept("ONLY") && scanner.Accept("REPOSITORY");
        if (scanner.Accept("EXTERNAL"))
            return scanner.Accept("CONNECTION");
        if (scanner.Accept("BACKUP"))
            return scanner.Accept("POLICY");
        return scanner.Accept("SCHEDULE") || scanner.Accept("REPOSITORY");
    }

    private static bool IsAlter(ref TextScanner scanner)
    {
        if (scanner.Accept("EXTERNAL"))
            return scanner.Accept("CONNECTION");
        if (scanner.Accept("REGISTERED"))
            return scanner.Accept("BACKUP");
        if (scanner.Accept("DATABASE") || scanner.Accept("TABLE"))
            return IsSettingOfTarget(ref scanner);
        return scanner.Accept("BACKUP") || scanner.Accept("JOB");
    }

    private static bool IsSettingOfTarget(ref TextScanner scanner)
    {
        do
        {
            scanner.Next();
        }
        while (AcceptDot(ref scanner));

        if (scanner.Accept("CONFIGURE"))
            return scanner.Accept("ZONE");
        if (!scanner.Accept("SET") && !scanner.Accept("RESET"))
            return false;
        return scanner.Next().Kind == LexemeKind.Mark && scanner.Accept("EXCLUDE_DATA_FROM_BACKUP");
    }

    private static bool AcceptDot(ref TextScanner scanner)
    {
        if (scanner.TextOf(scanner.Peek()) is not ".")
            return false;
        scanner.Next();
        return true;
    }

    private static bool IsDrop(ref TextScanner scanner)
    {
        if (scanner.Accept("EXTERNAL"))
            return scanner.Accept("CONNECTION");
        return IsBackup(ref scanner) || IsSchedule(ref scanner) || scanner.Accept("REPOSITORY")
            || scanner.Accept("SNAPSHOT");
    }

    private static bool IsControl(ref TextScanner scanner)
    {
        if (scanner.Accept("ALL"))
        {
            scanner.Next();
            return scanner.Accept("JOBS");
        }

        return IsJob(ref scanner) || IsSchedule(ref scanner);
    }

    private static bool IsGrant(ref TextScanner scanner)
    {
        if (scanner.Accept("GRANT"))
            return scanner.Accept("OPTION") && scanner.Accept("FOR") && IsGrant(ref scanner);
        if (scanner.Accept("REPOSITORY") || scanner.Accept("EXPORT"))
            return scanner.Accept("ON");

        // The privileges may stand in any order, so the list is read up to ON, TO or FROM.
        while (true)
        {
            var next = scanner.Next();
            if (scanner.Is(next, "ON"))
                return scanner.Accept("EXTERNAL") && scanner.Accept("CONNECTION");
            if (next.Kind is LexemeKind.End or LexemeKind.Semicolon)
                return false;
            if (scanner.Is(next, "TO") || scanner.Is(next, "FROM"))
                return false;
            foreach (var privilege in _privileges)
            {
                if (scanner.Is(next, privilege))
                    return true;
            }
        }
    }

    private static bool IsBackup(ref TextScanner scanner) => scanner.Accept("BACKUP") || scanner.Accept("BACKUPS");

    private static bool IsSchedule(ref TextScanner scanner) =>
        scanner.Accept("SCHEDULE") || scanner.Accept("SCHEDULES");

    private static bool IsJob(ref TextScanner scanner) => scanner.Accept("JOB") || scanner.Accept("JOBS");
}
