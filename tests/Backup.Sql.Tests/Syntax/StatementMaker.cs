using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Syntax;

/// <summary>Makes arbitrary statements: any that the parser could give, and nothing that it could not.</summary>
internal sealed partial class StatementMaker
{
    private static readonly string[] _words =
    [
        "shop", "till", "a", "_x", "x$1", "policy", "latest", "snapshot", "table", "database", "interval", "user",
        "values", "from", "in", "into", "to", "with", "left", "full", "backup", "date", "if", "2024_q1", "Upper",
        "two words", "a\"b", "a`b", "a'b", "", "é", "É", "日本", "😀", "line\nbreak", "tab\t", "1", "1e9", "x.y", "--",
        "repository", "on",
    ];

    private static readonly string[] _strings =
    [
        "x", "", "_", "it's", "back\\slash", "s3://bucket/path?AWS_ACCESS_KEY_ID=k&AWS_SECRET_ACCESS_KEY=s%2F",
        "a,b", "é", "日本", "😀", "\0\a\b\f\n\r\t\v\u001f\u007f", "\u0080\u07ff\u0800\uffff",
        "gs://user:pass@word@host/path", "$1", "$$", "\"", "`", "aws:///key/path?REGION=x", "azure-kms:///a/b",
        "2026/03/09-141503.27", "x?CREDENTIALS", "?AZURE_ACCOUNT_KEY=", "/*", ";",
    ];

    private readonly Random _random;
    private readonly SortedDictionary<string, Func<Statement>> _makers;
    private int _depth;

    public StatementMaker(int seed)
    {
        _random = new Random(seed);
        Func<Statement>[] makers =
        [
            Explain, Backup, Restore, ShowBackups, ShowBackup, AlterBackup, CreateSchedule, AlterSchedule,
            ShowSchedules,
            () => new ShowScheduleStatement(Expression()), () => new ShowCreateScheduleStatement(Maybe(Expression)),
            () => new ControlSchedulesStatement(Enum<ScheduleControl>(), Query()), ShowJobs, ControlJobs,
            () => new AlterJobOwnerStatement(Expression(), Name()),
            () => new CreateExternalConnectionStatement(String(), String(), Bool()),
            () => new AlterExternalConnectionStatement(String(), String(), Bool()),
            () => new DropExternalConnectionStatement(String()), CheckConnection,
            () => new ShowExternalConnectionsStatement(Maybe(String)),
            () => new ShowCreateExternalConnectionStatement(Maybe(String)),
            () => new GrantStatement(List(Privilege), Maybe(GrantObject), List(Name), Bool()),
            () => new RevokeStatement(List(Privilege), Maybe(GrantObject), List(Name), Bool()), ShowGrants,
            () => new ShowRegisteredBackupsStatement(Maybe(Name), Maybe(Labels)),
            () => new ShowRegisteredBackupStatement(String()), ImportBackup,
            () => new AlterRegisteredBackupStatement(String(), Labels()),
            () => new DropRegisteredBackupsStatement(List(String), Bool()),
            () => new DropBackupStatement(Maybe(String), List(String), Bool()),
            () => new DropBackupsStatement(List(String), Pick<ExpiryRule>(
                () => new OlderThan(Expression()), () => new KeepByRotation(Rules(withLast: true)))),
            CreatePolicy, () => new AlterPolicyStatement(Name(), PolicyChange()),
            () => new DropPolicyStatement(Name(), Bool()), () => new ShowPoliciesStatement(Maybe(Name)),
            () => new ShowMissedBackupsStatement(Name()), ConfigureZone,
            () => new ExcludeTableDataStatement(ObjectName(3), Maybe(Expression)),
            () => new SetClusterSettingStatement(ObjectName(4), Expression()),
            () => new ResetClusterSettingStatement(ObjectName(4)), ShowClusterSettings,
            .. SnapshotMakers(),
        ];
        _makers = new(StringComparer.Ordinal);
        foreach (var maker in makers)
            _makers.Add(maker().GetType().Name, maker);
    }

    /// <summary>The names of the record types that are made.</summary>
    public IReadOnlyCollection<string> Types => _makers.Keys;

    public Statement Make() => Make(_makers.Keys.ElementAt(_random.Next(_makers.Count)));

    public Statement Make(string type)
    {
        _depth = 0;
        return _makers[type]();
    }

    // ---- Chance ----

    private bool Bool() => _random.Next(2) == 0;

    private T Pick<T>(params Func<T>[] makers) => makers[_random.Next(makers.Length)]();

    private T Enum<T>()
        where T : struct, Enum => System.Enum.GetValues<T>()[_random.Next(System.Enum.GetValues<T>().Length)];

    private T? Maybe<T>(Func<T> make)
        where T : class => Bool() ? make() : null;

    private ValueList<T> List<T>(Func<T> make) =>
        Enumerable.Range(0, _random.Next(1, 4)).Select(_ => make()).ToValueList();

    private ValueList<T> MaybeList<T>(Func<T> make) => Bool() ? List(make) : [];

    // ---- Names and strings ----

    private Name Name() => new(_words[_random.Next(_words.Length)]);

    private ObjectName ObjectName(int maxParts) =>
        new(Enumerable.Range(0, _random.Next(1, maxParts + 1)).Select(_ => Name()).ToValueList());

    private StringLiteral Literal() => new(_strings[_random.Next(_strings.Length)]);

    private StringOrPlaceholder String() => _random.Next(4) == 0 ? new Placeholder(_random.Next(1, 65536)) : Literal();

    private StringOrPlaceholder Labels() => Bool()
        ? new StringLiteral(LabelText.Sort(
            Pick(() => "b=1,a=2", () => "keep-forever=true", () => ",,=", () => "é=1,e=2")))
        : String() is StringLiteral { Value: var text } ? new StringLiteral(LabelText.Sort(text)) : new Placeholder(1);

    // ---- BACKUP and RESTORE ----

    private ExplainStatement Explain()
    {
        Statement inner;
        do
        {
            inner = _makers.Count == 0 ? new ShowRepositoriesStatement() : Make();
        }
        while (inner is ExplainStatement);
        return new ExplainStatement(inner);
    }

    private BackupStatement Backup() => new(Maybe(() => Targets(isRestore: false)), Destination(), List(String))
    {
        AsOf = Maybe(Expression),
        Options = BackupOptions(),
    };

    private BackupDestination Destination() => Pick<BackupDestination>(
        () => new IntoCollection(),
        () => new IntoLatest(),
        () => new IntoSubdirectory(String()),
        () => new ToLocation(MaybeList(String)));

    private BackupTargets Targets(bool isRestore) => Pick<BackupTargets>(
        () => new TableTargets(List(() => TablePattern(isRestore))),
        () => new DatabaseTargets(List(Name)),
        () => isRestore ? new SystemUsersTarget() : new VirtualClusterTarget(_random.NextInt64(1, long.MaxValue)));

    private TablePattern TablePattern(bool withAlias = false)
    {
        var isWildcard = Bool();
        var parts = Enumerable.Range(0, isWildcard ? _random.Next(3) : _random.Next(1, 4)).Select(_ => Name());
        return new TablePattern(parts.ToValueList(), isWildcard, withAlias ? Maybe(Name) : null);
    }

    private BackupOptions BackupOptions()
    {
        var options = new BackupOptions
        {
            RevisionHistory = Maybe(Expression),
            EncryptionPassphrase = Maybe(String),
            Detached = _random.Next(3) switch { 0 => null, 1 => true, _ => false },
            Kms = MaybeList(String),
            IncrementalLocation = MaybeList(String),
            ExecutionLocality = Maybe(String),
            IncludeAllVirtualClusters = Maybe(Expression),
            UpdatesClusterMonitoringMetrics = Maybe(Expression),
            StrictStorageLocality = Bool(),
            RevisionStream = Bool(),
            Pause = Maybe(Expression),
            PauseWait = Maybe(String),
            Name = Maybe(String),
            Labels = Maybe(Labels),
            Compression = Maybe(String),
            CompressionLevel = Maybe(Expression),
        };
        return Bool() || options with { Detached = null } == Sql.Syntax.BackupOptions.None
            ? Sql.Syntax.BackupOptions.None
            : options;
    }

    private BackupOptions SingleOption() => Pick(
        () => new BackupOptions { RevisionHistory = Expression() },
        () => new BackupOptions { EncryptionPassphrase = String() },
        () => new BackupOptions { Detached = Bool() },
        () => new BackupOptions { Kms = List(String) },
        () => new BackupOptions { IncrementalLocation = List(String) },
        () => new BackupOptions { Labels = Labels() },
        () => new BackupOptions { CompressionLevel = Expression() });

    private RestoreStatement Restore() => new(Maybe(() => Targets(isRestore: true)), Pick<RestoreSource>(
        () => new FromCollection(String(), List(String)), () => new FromLocations(List(() => List(String)))))
    {
        AsOf = Maybe(Expression),
        Options = RestoreOptions(),
    };

    private RestoreOptions RestoreOptions()
    {
        var removesRegions = Bool();
        return new RestoreOptions
        {
            EncryptionPassphrase = Maybe(String),
            Kms = MaybeList(String),
            IntoDatabase = Maybe(String),
            SkipMissingForeignKeys = Bool(),
            SkipMissingSequenceOwners = Bool(),
            SkipMissingSequences = Bool(),
            SkipMissingViews = Bool(),
            SkipMissingFunctions = Bool(),
            Detached = Bool(),
            SkipLocalitiesCheck = removesRegions || Bool(),
            NewDatabaseName = Maybe(String),
            IncrementalLocation = MaybeList(String),
            VirtualClusterName = Maybe(String),
            VirtualCluster = Maybe(String),
            SchemaOnly = Bool(),
            VerifyBackupTableData = Bool(),
            UnsafeRestoreIncompatibleVersion = Bool(),
            ExecutionLocality = Maybe(String),
            ExperimentalDeferredCopy = Bool(),
            ExperimentalCopy = Bool(),
            RemoveRegions = removesRegions,
            Grants = Bool(),
            Engine = Maybe(String),
            IntoSchema = Maybe(String),
        };
    }

    // ---- SHOW BACKUP ----

    private ShowBackupsStatement ShowBackups() => new(List(String))
    {
        NewerThan = Maybe(Expression),
        OlderThan = Maybe(Expression),
        Option = Enum<ShowBackupsOption>(),
    };

    private ShowBackupStatement ShowBackup()
    {
        var statement = Pick(
            () => new ShowBackupStatement(Enum<ShowBackupView>(), String(), List(String)) { HasFrom = true },
            () => new ShowBackupStatement(ShowBackupView.Default, String(), List(String)),
            () => new ShowBackupStatement((ShowBackupView)_random.Next(4), String(), []));
        return statement with
        {
            Options = new ShowBackupOptions
            {
                AsJson = Bool(),
                CheckFiles = Bool(),
                DebugIds = Bool(),
                EncryptionPassphrase = Maybe(String),
                IncrementalLocation = MaybeList(String),
                Privileges = Bool(),
                EncryptionInfoDirectory = Maybe(String),
                Kms = MaybeList(String),
                SkipSize = Bool(),
                Sample = Maybe(String),
            },
        };
    }

    private AlterBackupStatement AlterBackup() => new(String(), Maybe(String), List(() => Pick<KeyChange>(
        () => new AddKms(List(String), List(String)),
        () => new AddPassphrase(String(), String()),
        () => new DropPassphrase(String()))));
}
