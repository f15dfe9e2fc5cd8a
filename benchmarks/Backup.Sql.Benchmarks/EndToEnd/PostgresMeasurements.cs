namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// All that is measured with PostgreSQL. The processor time is that of the processes which run on the side of whoever
/// backs up: the server's own is not in it.
/// </summary>
internal sealed class PostgresMeasurements(ShopServer server)
{
    private const string Tracked = "tracked";
    private const string Changed = "changed";
    private const string BackRestBackup = "--type=full --no-archive-check --start-fast "
        + "--compress-type=zst --compress-level=3 --process-max=2 backup";

    private const string TwoJobs = "-j2 -Fd";

    // The path of rows is compiled for good only when it has been taken for some seconds.
    private const int WarmUps = 5;

    private readonly Workspace _files = server.Files;
    private readonly OwnSteps _steps = new(server.Files, server.Warm);

    public IEnumerable<Measurement> All() =>
        [Zstd(), .. Backups(), .. Increments(), .. Restores(), .. Peers(), .. PeerRestores()];

    private string Options => $"--postgres '{server.ConnectionString}'";

    private string Input => server.DirectoryOf(server.Shop(_files));

    private Measurement Zstd() => new()
    {
        Name = Measurement.Baseline,
        Title = "tar of the database's files | zstd -3 -T2, fsync",
        Command = $"tar -C '{Input}' -c . | zstd -q -3 -T2 -o '{_files.Out("zstd")}' && sync '{_files.Out("zstd")}'",
        Input = Input,
        Output = _files.Out("zstd"),
        Tool = "zstd",
    };

    private IEnumerable<Measurement> Backups()
    {
        yield return _steps.Own(Measurement.Full, "BACKUP DATABASE, level 1", Full(Measurement.Full, 1), warmUps: WarmUps) with
        {
            WallAim = 1.6,
        };
        yield return _steps.Own("full-3", "BACKUP DATABASE, level 3", Full("full-3", 3), warmUps: WarmUps);
        yield return _steps.Cold("cold-full", "BACKUP DATABASE, level 1, cold process", Full("cold-full", 1));
    }

    private IEnumerable<Measurement> Increments()
    {
        yield return _steps.Own(
            "incr-log", "BACKUP INTO LATEST, 1 % changed anywhere, out of the log", Increment(Tracked),
            prepare: MakeTracked, warmUps: WarmUps) with
        {
            WallAim = 0.3,
        };
        yield return _steps.Own(
            "incr-read", "BACKUP INTO LATEST, 1 % changed anywhere, tables read again", Increment(Changed),
            files => MakeChanged(files, Changed));
        yield return _steps.Own(
            "incr-none", "BACKUP INTO LATEST, nothing changed, tables read again", files => new Statement(
                Options, $"BACKUP DATABASE {server.Shop(files)} INTO LATEST IN 'file://{files.Base("full")}'", Input,
                Path.Combine(files.Base("full"), "incrementals")),
            files => MakeFull(files, "full", server.Shop(files)));
    }

    private IEnumerable<Measurement> Restores()
    {
        yield return _steps.Own(
            "restore", "RESTORE DATABASE, proved", files => new Statement(
                Options,
                $"RESTORE DATABASE {server.Shop(files)} FROM LATEST IN 'file://{files.Base("full")}' "
                    + $"WITH new_db_name = '{server.Shop(files)}_restored'",
                files.Base("full"), files.Out("restore")),
            files => MakeFull(files, "full", server.Shop(files)),
            files => server.Drop($"{server.Shop(files)}_restored")) with
        {
            WallAim = 4.5,
        };
    }

    private Func<Workspace, Statement> Full(string name, int level) => files => new Statement(
        $"{Options} --level {level}", $"BACKUP DATABASE {server.Shop(files)} INTO 'file://{files.Out(name)}'", Input,
        files.Out(name));

    private Func<Workspace, Statement> Increment(string kind) => files => new Statement(
        Options, $"BACKUP DATABASE {server.Shop(files)}_{kind} INTO LATEST IN 'file://{files.Base(kind)}'", Input,
        Path.Combine(files.Base(kind), "incrementals"));

    private void MakeFull(Workspace files, string name, string database)
    {
        if (!Directory.Exists(files.Base(name)))
        {
            _steps.Run(files, new Statement(
                Options, $"BACKUP DATABASE {database} INTO 'file://{files.Base(name)}'", Input, files.Base(name)));
        }
    }

    /// <summary>Anew for each round: the log that the slot keeps would have all that other measurements did since.</summary>
    private void MakeTracked(Workspace files)
    {
        Workspace.Remove(files.Base(Tracked));
        MakeChanged(files, Tracked);
    }

    private void MakeChanged(Workspace files, string kind)
    {
        var database = $"{server.Shop(files)}_{kind}";
        server.Copy(server.Shop(files), database);
        if (kind == Tracked)
        {
            _steps.Run(files, new Statement(
                Options, $"ALTER DATABASE {database} CONFIGURE ZONE USING gc.ttlseconds = 90000", Input, Input));
        }

        MakeFull(files, kind, database);
        server.ChangeSome(database);
    }

    private IEnumerable<Measurement> Peers()
    {
        yield return Peer(
            "copy", "COPY of each table | zstd -3 -T2", "zstd",
            $"for t in {string.Join(' ', ShopDatabase.Tables)}; do {Psql(server.Shop(_files))} -c \"COPY $t TO STDOUT\"; done "
                + "| zstd -q -3 -T2 -o '{0}' && sync '{0}'");
        yield return Peer("dump-z1", "pg_dump -Fc -Z1", "pg_dump", $"{Dump} -Fc -Z1 -f '{{0}}' && sync '{{0}}'");
        yield return Peer(
            "dump-zstd", "pg_dump -Fc -Z0 | zstd -3 -T2", "pg_dump",
            $"{Dump} -Fc -Z0 | zstd -q -3 -T2 -o '{{0}}' && sync '{{0}}'");
        yield return Peer("dump-fd", "pg_dump -Fd -j2", "pg_dump", $"{Dump} {TwoJobs} -f '{{0}}' && sync '{{0}}'/*");
        yield return Peer("pgbackrest", "pgBackRest, full", "pgbackrest", $"{BackRest("{0}")} {BackRestBackup}") with
        {
            Input = server.Data,
            Prepare = () => _files.Run($"{BackRest(_files.Out("peer-pgbackrest"))} stanza-create"),
        };
    }

    private IEnumerable<Measurement> PeerRestores()
    {
        const string Restored = "peer_restored";
        var copies = _files.Base("copies");
        yield return Peer(
            "copy-in", "COPY of each table into tables without indexes", "zstd",
            $"for t in {string.Join(' ', ShopDatabase.Tables)}; do zstd -q -d -c '{copies}'/$t "
                + $"| {Psql(Restored)} -c \"COPY $t FROM STDIN\"; done") with
        {
            Input = copies,
            SetUp = () => _files.Run($"mkdir -p '{copies}' && for t in {string.Join(' ', ShopDatabase.Tables)}; do "
                + $"{Psql(server.Shop(_files))} -c \"COPY $t TO STDOUT\" | zstd -q -3 -T2 -f -o '{copies}'/$t; done"),
            Prepare = () =>
            {
                server.Drop(Restored);
                server.Create(Restored);
                server.MakeTables(Restored);
            },
        };
        var dump = _files.Base("dump");
        yield return Peer(
            "pg-restore", "pg_restore -j2", "pg_restore",
            $"'{server.Tools}/pg_restore' {server.Address} -j2 -d {Restored} '{dump}'") with
        {
            Input = dump,
            SetUp = () => _files.Run($"rm -rf '{dump}'; {Dump} {TwoJobs} -f '{dump}'"),
            Prepare = () =>
            {
                server.Drop(Restored);
                server.Create(Restored);
            },
        };
    }

    private string Dump => $"'{server.Tools}/pg_dump' {server.Address} {server.Shop(_files)}";

    private string Psql(string database) => $"'{server.Tools}/psql' -q {server.Address} -d {database}";

    private string BackRest(string repository) =>
        $"pgbackrest --stanza=shop --repo1-path='{repository}' --pg1-path='{server.Data}' --pg1-port={server.Port} "
            + $"--pg1-socket-path='{server.SocketDirectory}' --pg1-user=tester --log-level-file=off "
            + $"--lock-path='{_files.PathOf("locks")}'";

    private Measurement Peer(string name, string title, string tool, string command) => new()
    {
        Name = "peer-" + name,
        Title = title,
        Command = command.Replace("{0}", _files.Out("peer-" + name), StringComparison.Ordinal),
        Input = Input,
        Output = _files.Out("peer-" + name),
        Tool = tool,
    };
}
