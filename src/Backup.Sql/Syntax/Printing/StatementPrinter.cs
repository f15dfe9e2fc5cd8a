using System.Globalization;
using System.Text;

namespace Backup.Sql.Syntax;

/// <summary>Prints one statement; the files of this class go by families of statements.</summary>
internal sealed partial class StatementPrinter(FormatMode mode, StatementDialect dialect)
{
    private const string Masked = "'*****'";

    private readonly StringBuilder _text = new(128);
    private readonly bool _isStarRocks = dialect == StatementDialect.StarRocks;

    /// <summary>What was printed.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Prints a statement after what was printed before.</summary>
    public void Print(Statement statement)
    {
        switch (statement)
        {
            case ExplainStatement s:
                Write("EXPLAIN ");
                Print(s.Inner);
                break;
            case SnapshotStatement s:
                PrintSnapshotStatement(s);
                break;
            case BackupStatement s:
                PrintBackup(s);
                break;
            case RestoreStatement s:
                PrintRestore(s);
                break;
            case ShowBackupsStatement s:
                PrintShowBackups(s);
                break;
            case ShowBackupStatement s:
                PrintShowBackup(s);
                break;
            case AlterBackupStatement s:
                PrintAlterBackup(s);
                break;
            default:
                PrintManagement(statement);
                break;
        }
    }

    // Schedules, jobs, connections and rights; then the statements of our own.
    private void PrintManagement(Statement statement)
    {
        switch (statement)
        {
            case CreateScheduleStatement s:
                PrintCreateSchedule(s);
                break;
            case AlterScheduleStatement s:
                PrintAlterSchedule(s);
                break;
            case ShowSchedulesStatement s:
                PrintShowSchedules(s);
                break;
            case ShowScheduleStatement s:
                Write("SHOW SCHEDULE ");
                Print(s.Schedule);
                break;
            case ShowCreateScheduleStatement s:
                PrintShowCreateSchedule(s);
                break;
            case ControlSchedulesStatement s:
                Write($"{s.Kind} ");
                Print(s.Schedules);
                break;
            case ShowJobsStatement s:
                PrintShowJobs(s);
                break;
            case ControlJobsStatement s:
                PrintControlJobs(s);
                break;
            case AlterJobOwnerStatement s:
                Write("ALTER JOB ");
                Print(s.Job);
                Write(" OWNER TO ");
                Print(s.Owner);
                break;
            case GrantStatement s:
                PrintGrant(s);
                break;
            case RevokeStatement s:
                PrintRevoke(s);
                break;
            case ShowGrantsStatement s:
                PrintShowGrants(s);
                break;
            default:
                PrintConnectionOrOwn(statement);
                break;
        }
    }

    private void Write(string text) => _text.Append(text);

    private void Write(bool condition, string text)
    {
        if (condition)
            _text.Append(text);
    }

    private void Write(long number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    private void List<T>(ValueList<T> items, Action<T> print)
    {
        for (var i = 0; i < items.Count; i++)
        {
            Write(i > 0, ", ");
            print(items[i]);
        }
    }

    // ---- Names ----

    private void Print(Name name)
    {
        if (_isStarRocks)
            Write(Identifiers.IsBareSnapshotName(name.Text) ? name.Text : Identifiers.BackQuoted(name.Text));
        else
            Write(SqlFormatter.QuoteIdentifier(name.Text));
    }

    private void PrintNames(ValueList<Name> names) => List(names, Print);

    private void Print(ObjectName name) => PrintParts(name.Parts);

    // Of a dotted name only the first part may be mistaken for a keyword.
    private void PrintParts(ValueList<Name> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            Write(i > 0, ".");
            if (i == 0 || _isStarRocks)
                Print(parts[i]);
            else
                Write(Identifiers.IsBare(parts[i].Text) ? parts[i].Text : Identifiers.Quoted(parts[i].Text));
        }
    }

    // Privileges are words in upper case; letters beyond ASCII stay, for they may not fold back.
    private void PrintPrivileges(ValueList<Name> privileges) => List(privileges, name => Write(Upper(name.Text)));

    private static string Upper(string word) => Ascii.IsValid(word) ? word.ToUpperInvariant() : word;

    // ---- Strings ----

    private void Print(StringOrPlaceholder value)
    {
        switch (value)
        {
            case Placeholder placeholder:
                Write($"${placeholder.Number.ToString(CultureInfo.InvariantCulture)}");
                break;
            case StringLiteral literal:
                Write(_isStarRocks ? StringText.StarRocks(literal.Value) : StringText.Cockroach(literal.Value));
                break;
        }
    }

    private void PrintSecret(StringOrPlaceholder secret)
    {
        if (mode == FormatMode.Exposed)
            Print(secret);
        else
            Write(Masked);
    }

    private void PrintUri(StringOrPlaceholder uri) => PrintUri(uri, isKey: false);

    private void PrintKeyUri(StringOrPlaceholder uri) => PrintUri(uri, isKey: true);

    private void PrintUri(StringOrPlaceholder uri, bool isKey)
    {
        if (mode == FormatMode.Exposed || uri is not StringLiteral { Value: not ("" or "_") and var value })
            Print(uri);
        else
            Write(mode == FormatMode.Redacted ? Masked : StringText.Cockroach(UriText.Redact(value, isKey)));
    }

    private void PrintUris(ValueList<StringOrPlaceholder> uris, bool areKeys = false)
    {
        Write(uris.Count > 1, "(");
        List(uris, areKeys ? PrintKeyUri : PrintUri);
        Write(uris.Count > 1, ")");
    }
}
