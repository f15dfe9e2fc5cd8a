using Backup.Sql.Parsing;
using Backup.Sql.Syntax;
using BenchmarkDotNet.Attributes;

namespace Backup.Sql.Benchmarks;

/// <summary>From text to tree and back; the aim for a typical BACKUP is 8 µs and 12 KB.</summary>
[MemoryDiagnoser]
public class ParseBenchmarks
{
    private const string Plain = "BACKUP DATABASE shop INTO 'file:///srv/backups'";

    private const string Typical =
        "BACKUP DATABASE shop INTO LATEST IN 's3://bucket/path?AUTH=implicit' AS OF SYSTEM TIME '-10s'"
        + " WITH revision_history, detached, kms = 'aws:///key?REGION=eu-west-1'";

    private const string Snapshot =
        "BACKUP SNAPSHOT shop.s1 TO depot ON (till PARTITION (p1), orders) PROPERTIES ('timeout' = '7200', 'type' = 'full')";

    private static readonly Statement _statement = BackupSqlParser.ParseStatement(Typical);

    [Benchmark(Baseline = true)]
    public Statement ParseTypicalBackup() => BackupSqlParser.ParseStatement(Typical);

    [Benchmark]
    public Statement ParsePlainBackup() => BackupSqlParser.ParseStatement(Plain);

    [Benchmark]
    public Statement ParseSnapshot() => BackupSqlParser.ParseStatement(Snapshot);

    [Benchmark]
    public string Print() => SqlFormatter.Format(_statement);

    [Benchmark]
    public bool Route() => BackupSqlParser.IsBackupStatement(Typical);
}
