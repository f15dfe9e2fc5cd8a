namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>All that is measured with SQLite: our statements, and what one would use without them.</summary>
internal sealed class SqliteMeasurements
{
    private const string Loop = "loop";
    private const string Sealed = " WITH encryption_passphrase = 'correct horse battery staple'";
    private const string CopiedTable = "order_lines";

    private readonly Workspace _files;
    private readonly OwnSteps _steps;

    /// <summary>The measurements of a workspace.</summary>
    /// <param name="files">Where the database is.</param>
    /// <param name="warm">A workspace of a few MiB on which each of our statements is run once before it is measured.</param>
    public SqliteMeasurements(Workspace files, Workspace warm)
    {
        _files = files;
        _steps = new OwnSteps(files, warm);
    }

    public IEnumerable<Measurement> All() =>
        [Zstd(), .. Backups(), .. Increments(), .. Restores(), .. Loops(), .. Peers(), .. PeerRestores()];

    private Measurement Zstd() => new()
    {
        Name = Measurement.Baseline,
        Title = "zstd -3 -T2, fsync",
        Command = $"zstd -q -3 -T2 '{_files.Source}' -o '{_files.Out("zstd")}' && sync '{_files.Out("zstd")}'",
        Input = _files.Source,
        Output = _files.Out("zstd"),
        Tool = "zstd",
    };

    private IEnumerable<Measurement> Backups()
    {
        yield return _steps.Own(Measurement.Full, "BACKUP DATABASE, level 1", BackupInto(Measurement.Full, 1)) with { WallAim = 0.95 };
        yield return _steps.Own("full-3", "BACKUP DATABASE, level 3", BackupInto("full-3", 3)) with { WallAim = 1.2 };
        yield return _steps.Own(
            "full-sealed", "BACKUP DATABASE, level 1, encrypted", BackupInto("full-sealed", 1, Sealed));
        yield return _steps.Cold("cold-full", "BACKUP DATABASE, level 1, cold process", BackupInto("cold-full", 1));
        yield return _steps.Own("tables", "BACKUP TABLE, all three", files => new Statement(
            Database(files.Source), BackupTables(files.Out("tables")), files.Source, files.Out("tables"))) with { WallAim = 1.9 };
    }

    private IEnumerable<Measurement> Increments()
    {
        const string Mostly = "incr-mostly";
        yield return _steps.Own(
            "incr-newest", "BACKUP INTO LATEST, 1 % changed, all in the newest 5 %", Increment("incr-newest"), Changed("incr-newest", 1));
        yield return _steps.Own(
            Mostly, "BACKUP INTO LATEST, 1 % changed, 80 % in the newest 5 %", Increment(Mostly), Changed(Mostly, 0.8)) with
        {
            WallAim = 0.30,
            BytesAim = 0.15,
        };
        yield return _steps.Own(
            "incr-anywhere", "BACKUP INTO LATEST, 1 % changed, anywhere", Increment("incr-anywhere"), Changed("incr-anywhere", 0));
        yield return _steps.Own("incr-none", "BACKUP INTO LATEST, nothing changed", Increment(null), MakeFull) with { WallAim = 0.20 };
        yield return _steps.Cold("cold-incr-none", "BACKUP INTO LATEST, nothing changed, cold process", Increment(null), MakeFull);
    }

    private IEnumerable<Measurement> Restores()
    {
        yield return Restore("restore", "RESTORE DATABASE, proved", "full", "", MakeFull) with { WallAim = 0.9 };
        yield return Restore("restore-sealed", "RESTORE DATABASE, proved, encrypted", "sealed", Sealed, MakeSealed);
        yield return RestoreTable("restore-table", "RESTORE TABLE of one, out of pages", "full", MakeFull);
        yield return RestoreTable("restore-table-rows", "RESTORE TABLE of one, out of rows", "rows", MakeRows);
    }

    private Measurement Restore(string name, string title, string collection, string options, Action<Workspace> setUp) =>
        _steps.Own(
            name,
            title,
            files => new Statement(
                $"--dir '{files.Out(name)}'",
                $"RESTORE DATABASE shop FROM LATEST IN 'file://{files.Base(collection)}'{options}",
                files.Base(collection),
                files.Out(name)),
            setUp,
            files => Directory.CreateDirectory(files.Out(name))) with
        {
            Proof = $"cmp '{_files.Source}' '{_files.Out(name)}/shop.db'",
        };

    private static Func<Workspace, Statement> BackupInto(string name, int level, string options = "") => files => new Statement(
        $"--level {level} {Database(files.Source)}", BackupDatabase(files.Out(name)) + options, files.Source, files.Out(name));

    private static Func<Workspace, Statement> Increment(string? changed) => files =>
    {
        var database = changed is null ? files.Source : files.ChangedPath(changed);
        return new Statement(
            Database(database),
            $"BACKUP DATABASE shop INTO LATEST IN 'file://{files.Base("full")}'",
            database,
            Path.Combine(files.Base("full"), "incrementals"));
    };

    private Action<Workspace> Changed(string name, double newest) => files =>
    {
        MakeFull(files);
        files.MakeChanged(name, newest);
    };

    private Measurement RestoreTable(string name, string title, string collection, Action<Workspace> setUp) =>
        _steps.Own(
            name,
            title,
            files => new Statement(
                $"--db target='{files.Out(name)}'",
                $"RESTORE TABLE shop.{CopiedTable} FROM LATEST IN 'file://{files.Base(collection)}' "
                    + "WITH into_db = 'target', skip_missing_foreign_keys",
                files.Base(collection),
                files.Out(name)),
            setUp,
            files => MakeTarget(files, name)) with
        {
            Unit = Loop,
            WallAim = 1.3,
        };

    private IEnumerable<Measurement> Loops()
    {
        var target = _files.Out(Loop);
        var hasCompiler = Tools.Has("gcc") && File.Exists("/usr/include/sqlite3.h");
        var copier = _files.PathOf("copy_table");
        yield return new Measurement
        {
            Name = Loop,
            Title = hasCompiler ? "a C loop that copies that table row by row" : "INSERT INTO … SELECT of that table in sqlite3",
            Command = hasCompiler
                ? $"'{copier}' '{_files.Source}' '{target}' {CopiedTable}"
                : $"sqlite3 '{target}' \"PRAGMA cache_size=-16384; ATTACH '{_files.Source}' AS s; BEGIN; "
                    + "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id, product, quantity, price, remark); "
                    + "INSERT INTO order_lines SELECT * FROM s.order_lines; "
                    + "CREATE INDEX lines_by_order ON order_lines (order_id); COMMIT\"",
            Input = _files.Source,
            Output = target,
            SetUp = () =>
            {
                if (hasCompiler)
                    _files.Run($"gcc -O2 -o '{copier}' '{Path.Combine(AppContext.BaseDirectory, "EndToEnd", "copy_table.c")}' -lsqlite3");
            },
            Prepare = () => MakeTarget(_files, Loop),
            Tool = hasCompiler ? "gcc" : "sqlite3",
        };
    }

    private IEnumerable<Measurement> Peers()
    {
        var source = _files.Source;
        yield return Peer("backup", "sqlite3 .backup", "sqlite3", $"sqlite3 '{source}' \".backup '{{0}}'\" && sync '{{0}}'");
        yield return Peer("vacuum", "VACUUM INTO", "sqlite3", $"sqlite3 '{source}' \"VACUUM INTO '{{0}}'\" && sync '{{0}}'");
        yield return Peer(
            "backup-zstd",
            ".backup, then zstd -3 -T2",
            "sqlite3",
            $"sqlite3 '{source}' \".backup '{{0}}.copy'\" && zstd -q -3 -T2 --rm '{{0}}.copy' -o '{{0}}' && sync '{{0}}'");
        yield return Peer("dump", ".dump | zstd -3 -T2", "sqlite3", $"sqlite3 '{source}' .dump | zstd -q -3 -T2 -o '{{0}}' && sync '{{0}}'");
        yield return Peer("restic", "restic backup", "restic", $"{Restic("{0}")} backup '{source}'") with
        {
            Prepare = () => _files.Run($"{Restic(_files.Out("peer-restic"))} init"),
        };
        yield return Peer("borg", "borg create -C zstd,3", "borg", $"{Borg} create -C zstd,3 '{{0}}::a' '{source}'") with
        {
            Prepare = () => _files.Run($"{Borg} init -e none '{_files.Out("peer-borg")}'"),
        };
        var changed = _files.ChangedPath("incr-mostly");
        yield return Peer("restic-incr", "restic backup, 1 % changed, 80 % in the newest 5 %", "restic", $"{Restic("{0}")} backup '{changed}'") with
        {
            Input = changed,
            SetUp = () => MakeChangedAnd(MakeRestic),
            Prepare = () => _files.Run($"cp -r '{_files.Base("restic")}' '{_files.Out("peer-restic-incr")}'"),
        };
        yield return Peer("borg-incr", "borg create, the same", "borg", $"{Borg} create -C zstd,3 '{{0}}::b' '{changed}'") with
        {
            Input = changed,
            SetUp = () => MakeChangedAnd(MakeBorg),
            Prepare = () => _files.Run($"cp -r '{_files.Base("borg")}' '{_files.Out("peer-borg-incr")}'"),
        };
    }

    private IEnumerable<Measurement> PeerRestores()
    {
        var packed = _files.Base("packed");
        yield return Peer("unzstd", "zstd -d, fsync", "zstd", $"zstd -q -d '{packed}' -o '{{0}}' && sync '{{0}}'") with
        {
            Input = packed,
            SetUp = () => _files.Run($"zstd -q -3 -T2 '{_files.Source}' -o '{packed}'"),
            Proof = $"cmp '{_files.Source}' '{_files.Out("peer-unzstd")}'",
        };
        var dump = _files.Base("dump");
        yield return Peer("replay", "replay of the .dump", "sqlite3", $"zstd -q -d -c '{dump}' | sqlite3 '{{0}}' && sync '{{0}}'") with
        {
            Input = dump,
            SetUp = () => _files.Run($"sqlite3 '{_files.Source}' .dump | zstd -q -3 -T2 -o '{dump}'"),
        };
        yield return Peer("restic-restore", "restic restore", "restic", $"{Restic(_files.Base("restic"))} restore latest --target '{{0}}'") with
        {
            Input = _files.Base("restic"),
            SetUp = MakeRestic,
        };
        yield return Peer("borg-restore", "borg extract", "borg", $"mkdir '{{0}}' && cd '{{0}}' && {Borg} extract '{_files.Base("borg")}::a'") with
        {
            Input = _files.Base("borg"),
            SetUp = MakeBorg,
        };
    }

    private Measurement Peer(string name, string title, string tool, string command) => new()
    {
        Name = "peer-" + name,
        Title = title,
        Command = command.Replace("{0}", _files.Out("peer-" + name), StringComparison.Ordinal),
        Input = _files.Source,
        Output = _files.Out("peer-" + name),
        Tool = tool,
    };

    private string Borg =>
        $"BORG_BASE_DIR='{_files.PathOf("borg-home")}' BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes BORG_RELOCATED_REPO_ACCESS_IS_OK=yes borg";

    private static string Restic(string repository) => $"RESTIC_PASSWORD=benchmark restic -q --no-cache -r '{repository}'";

    private static string Database(string path) => $"--db shop='{path}'";

    private static string BackupDatabase(string collection) => $"BACKUP DATABASE shop INTO 'file://{collection}'";

    private static string BackupTables(string collection) =>
        $"BACKUP TABLE shop.customers, shop.orders, shop.order_lines INTO 'file://{collection}'";

    private void MakeFull(Workspace files) =>
        MakeBase(files, "full", BackupDatabase(files.Base("full")));

    private void MakeSealed(Workspace files) =>
        MakeBase(files, "sealed", BackupDatabase(files.Base("sealed")) + Sealed);

    private void MakeRows(Workspace files) =>
        MakeBase(files, "rows", BackupTables(files.Base("rows")));

    private void MakeBase(Workspace files, string name, string sql)
    {
        if (!Directory.Exists(files.Base(name)))
            _steps.Run(files, new Statement(Database(files.Source), sql, files.Source, files.Base(name)));
    }

    private void MakeChangedAnd(Action make)
    {
        _files.MakeChanged("incr-mostly", 0.8);
        make();
    }

    private void MakeRestic()
    {
        if (!Directory.Exists(_files.Base("restic")))
            _files.Run($"{Restic(_files.Base("restic"))} init && {Restic(_files.Base("restic"))} backup '{_files.Source}'");
    }

    private void MakeBorg()
    {
        if (!Directory.Exists(_files.Base("borg")))
            _files.Run($"{Borg} init -e none '{_files.Base("borg")}' && {Borg} create -C zstd,3 '{_files.Base("borg")}::a' '{_files.Source}'");
    }

    // A database that exists already, as RESTORE TABLE finds one.
    private static void MakeTarget(Workspace files, string name) =>
        files.Run($"sqlite3 '{files.Out(name)}' 'PRAGMA page_size=4096; CREATE TABLE other (id INTEGER PRIMARY KEY)'");
}
