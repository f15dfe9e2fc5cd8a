using Backup.Sql.Repl.Shell;

namespace Backup.Sql.Repl.Tests.Shell;

public sealed class ToolTextTests
{
    [Theory]
    [InlineData("BACKUP DATABASE d INTO 's3://b/p?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCESS_KEY=s'")]
    [InlineData("BACKUP DATABASE d INTO 's3://b/p?AWS_ACCESS_KEY_ID=a&AWS_SECRET_ACCES_KEY=s'")]
    [InlineData("BACKUP DATABASE d INTO 's3://b/p?AWS_SECRET_ACCESS_KEYS=s'")]
    [InlineData("BACKUP DATABASE d INTO 'az://b/p?azure_acount_key=s'")]
    [InlineData("BACKUP DATABASE d INTO 'gs://b/p?CREDENTIAL=s'")]
    [InlineData("BACKUP DATABASE d INTO 's3://user:word@b/p'")]
    [InlineData("BACKUP DATABASE d INTO 'mem://p' WITH encryption_passphrase = 'correct horse'")]
    [InlineData("BACKUP DATABASE d INTO 'mem://p' WITH encryption_passphrase = 'correct horse")]
    public void What_holds_a_secret_never_reaches_the_history(string entry) => Assert.Null(ToolText.ForHistory(entry));

    [Theory]
    [InlineData("BACKUP DATABASE d INTO 's3://b/p?AWS_ACCESS_KEY_ID=a&AWS_REGION=r&AWS_ENDPOINT=e&AUTH=implicit'")]
    [InlineData("SELECT 'AWS_SECRET_ACCESS_KEY=s'")]
    [InlineData("SHOW BACKUPS IN 'nodelocal://self/backups'")]
    public void Everything_else_does(string entry) => Assert.Equal(entry, ToolText.ForHistory(entry));
}
