using Backup.Sql.Parsing;
using Backup.Sql.Syntax;

namespace Backup.Sql.Tests.Parsing;

public sealed class DialectTests
{
    [Theory]
    [InlineData("BACKUP DATABASE shop INTO 'x'", true)]
    [InlineData(" /* c */ ; explain backup x into 'y'", true)]
    [InlineData("RESTORE", true)]
    [InlineData("recover table x", true)]
    [InlineData("SHOW BACKUPS IN 'x'", true)]
    [InlineData("SHOW JOB 5", true)]
    [InlineData("show create all external connections", true)]
    [InlineData("SHOW RUNNING SCHEDULES", true)]
    [InlineData("SHOW MISSED BACKUPS FOR POLICY x", true)]
    [InlineData("SHOW TABLES", false)]
    [InlineData("SHOW ALL", false)]
    [InlineData("SHOW CREATE TABLE x", false)]
    [InlineData("CREATE TABLE backup (a int)", false)]
    [InlineData("CREATE READ ONLY REPOSITORY r", true)]
    [InlineData("CREATE BACKUP POLICY p", true)]
    [InlineData("ALTER TABLE a.b ADD COLUMN c int", false)]
    [InlineData("ALTER TABLE a.\"b c\" CONFIGURE ZONE DISCARD", true)]
    [InlineData("ALTER TABLE a.b SET (exclude_data_from_backup = true)", true)]
    [InlineData("ALTER TABLE a SET (fillfactor = 70)", false)]
    [InlineData("DROP TABLE backup", false)]
    [InlineData("DROP BACKUP 'x'", true)]
    [InlineData("DROP SNAPSHOT s ON r", true)]
    [InlineData("SET x = 5", false)]
    [InlineData("SET CLUSTER SETTING a = 5", true)]
    [InlineData("GRANT SELECT ON t TO u", false)]
    [InlineData("GRANT SELECT, BACKUP ON TABLE t TO u", true)]
    [InlineData("GRANT SYSTEM RESTORE TO u", true)]
    [InlineData("REVOKE GRANT OPTION FOR BACKUP ON t FROM u", true)]
    [InlineData("REVOKE ALL ON EXTERNAL CONNECTION c FROM u", true)]
    [InlineData("GRANT REPOSITORY ON SYSTEM TO u", true)]
    [InlineData("PAUSE ALL BACKUP JOBS", true)]
    [InlineData("CANCEL QUERY 5", false)]
    [InlineData("EXECUTE plan", false)]
    [InlineData("IMPORT TABLE x", false)]
    [InlineData("SELECT 'BACKUP'", false)]
    [InlineData("backups", false)]
    [InlineData("EXPLAIN SELECT 1", false)]
    [InlineData("'BACKUP'", false)]
    [InlineData("", false)]
    public void Statements_are_routed_by_their_leading_words(string text, bool isOurs) =>
        Assert.Equal(isOurs, BackupSqlParser.IsBackupStatement(text));

    [Fact]
    public void Routing_allocates_nothing()
    {
        const string Text = "  /* c */ SHOW CREATE ALL EXTERNAL CONNECTIONS";
        BackupSqlParser.IsBackupStatement(Text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            BackupSqlParser.IsBackupStatement(Text);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("BACKUP SNAPSHOT s TO r", StatementDialect.StarRocks)]
    [InlineData("BACKUP SNAPSHOT `s` TO r", StatementDialect.StarRocks)]
    [InlineData("BACKUP SNAPSHOT INTO 'x'", StatementDialect.Cockroach)]
    [InlineData("BACKUP SNAPSHOT TO 'x'", StatementDialect.Cockroach)]
    [InlineData("BACKUP SNAPSHOT.x INTO 'x'", StatementDialect.Cockroach)]
    [InlineData("BACKUP DATABASE snapshot SNAPSHOT s TO r", StatementDialect.StarRocks)]
    [InlineData("BACKUP DATABASE snapshot INTO 'x'", StatementDialect.Cockroach)]
    [InlineData("RESTORE SNAPSHOT s FROM r", StatementDialect.StarRocks)]
    [InlineData("RESTORE SNAPSHOT FROM LATEST IN 'x'", StatementDialect.Cockroach)]
    [InlineData("SHOW BACKUP", StatementDialect.StarRocks)]
    [InlineData("SHOW BACKUP FROM shop", StatementDialect.StarRocks)]
    [InlineData("SHOW BACKUP FROM shop IN 'x'", StatementDialect.Cockroach)]
    [InlineData("SHOW BACKUP shop IN 'x'", StatementDialect.Cockroach)]
    [InlineData("SHOW BACKUP 'x'", StatementDialect.Cockroach)]
    [InlineData("SHOW BACKUP FROM schemas", StatementDialect.StarRocks)]
    [InlineData("EXPLAIN SHOW BACKUP", StatementDialect.StarRocks)]
    [InlineData("GRANT EXPORT ON TABLE t TO u", StatementDialect.StarRocks)]
    [InlineData("GRANT BACKUP ON TABLE t TO u", StatementDialect.Cockroach)]
    public void A_statement_chooses_its_dialect_by_its_leading_words(string text, StatementDialect dialect) =>
        Assert.Equal(dialect, BackupSqlParser.ParseStatement(text).Dialect);

    [Fact]
    public void The_caller_may_fix_the_dialect()
    {
        var options = new ParseOptions { Dialect = StatementDialect.StarRocks };
        Assert.IsType<BackupSnapshotStatement>(BackupSqlParser.ParseStatement("BACKUP SNAPSHOT to_day TO r", options));
        Assert.Throws<Diagnostics.BackupSqlException>(() => BackupSqlParser.ParseStatement("SHOW JOBS", options));
    }

    [Theory]
    [InlineData("BACKUP INTO 'a;b'; SHOW JOBS", "BACKUP INTO 'a;b'", " SHOW JOBS", true)]
    [InlineData("BACKUP INTO 'a\\'; SHOW JOBS", "BACKUP INTO 'a\\'", " SHOW JOBS", true)]
    [InlineData("SHOW RESTORE WHERE a = 'x\\';'; SHOW", "SHOW RESTORE WHERE a = 'x\\';'", " SHOW", true)]
    [InlineData("BACKUP INTO e'a\\';' ;", "BACKUP INTO e'a\\';'", "", true)]
    [InlineData("BACKUP INTO $t$ ; $t$", "BACKUP INTO $t$ ; $t$", "", false)]
    [InlineData(" ;; /* ; */ SELECT `a;b`, [c] -- ;\n; x", "SELECT `a;b`, [c]", " x", true)]
    [InlineData("BACKUP \"a;b\" INTO", "BACKUP \"a;b\" INTO", "", false)]
    [InlineData("BACKUP INTO 'a;", "BACKUP INTO 'a;", "", false)]
    [InlineData("  ; ", "", "", false)]
    public void A_text_is_cut_at_the_semicolon_that_ends_its_first_statement(
        string text, string first, string rest, bool isComplete)
    {
        var slice = BackupSqlParser.FirstStatement(text);
        Assert.Equal(first, text.Substring(slice.Start, slice.Length));
        Assert.Equal(rest, text[slice.Next..]);
        Assert.Equal(isComplete, slice.IsComplete);
    }

    [Theory]
    [InlineData("BACKUP DATABASE shop ", "INTO", "TO")]
    [InlineData("BACKUP INTO 'x' WITH ", "OPTIONS", "revision_history")]
    [InlineData("SHOW JOBS; ", "BACKUP", "RESTORE")]
    [InlineData("", "SHOW", "EXPLAIN")]
    [InlineData("RESTORE FROM LATEST IN 'x' ", "AS", "WITH")]
    [InlineData("BACKUP SNAPSHOT s TO r ", "ON", "PROPERTIES")]
    public void Completion_knows_the_words_that_may_follow(string text, string one, string another)
    {
        var words = BackupSqlParser.KeywordsAfter(text);
        Assert.Contains(one, words);
        Assert.Contains(another, words);
    }

    [Theory]
    [InlineData("BACKUP BACKUP BACKUP ")]
    [InlineData("BACKUP INTO 'x")]
    public void Completion_offers_nothing_after_a_fault(string text) =>
        Assert.Empty(BackupSqlParser.KeywordsAfter(text));
}
