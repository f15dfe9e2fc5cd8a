using Backup.Sql.Diagnostics;
using Backup.Sql.Repl.Commands;

namespace Backup.Sql.Repl.Tests.Commands;

public sealed class ConnectionOptionsTests
{
    [Fact]
    public void Databases_are_named_and_the_first_is_the_current_one()
    {
        var options = ConnectionOptions.Parse(["shop=sqlite:a/shop.db", "stock=SQLITE:b=c.db"], null, "/srv", null);

        Assert.Equal("a/shop.db", options.Databases["shop"]);
        Assert.Equal("b=c.db", options.Databases["stock"]);
        Assert.Equal("shop", options.First);
        Assert.Null(options.Directory);
        Assert.Equal(Path.GetFullPath("/srv"), options.Root);
    }

    [Fact]
    public void Without_a_database_the_current_directory_is_the_cluster()
    {
        var options = ConnectionOptions.Parse([], null, null, null);

        Assert.Equal(".", options.Directory);
        Assert.Equal(Environment.CurrentDirectory, options.Root);
        Assert.Null(options.First);
    }

    [Theory]
    [InlineData("shop.db")]
    [InlineData("=sqlite:a.db")]
    [InlineData("shop=sqlite:")]
    [InlineData("shop=postgres:x")]
    public void Another_form_is_refused_with_an_example(string argument)
    {
        var error = Assert.Throws<BackupSqlException>(() => ConnectionOptions.Parse([argument], null, null, null));

        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        Assert.Contains("--db shop=sqlite:shop.db", error.Hint);
    }

    [Fact]
    public void Databases_of_one_server_are_gathered()
    {
        var options = ConnectionOptions.Parse(
            [
                "shop=postgres:Host=db1;Username=u;Password=a=b", "stock=POSTGRES:Host=db1;Database=old;Username=u;Password=a=b",
                "other=postgres:Host=db2", "files=sqlite:f.db",
            ],
            null, null, null);

        Assert.Equal("shop", options.First);
        Assert.Equal(["files"], options.Databases.Keys);
        Assert.Null(options.Directory);
        Assert.Equal(2, options.Servers.Count);
        Assert.Equal(
            new Dictionary<string, string> { ["shop"] = "shop", ["stock"] = "old" }, options.Servers[0].Databases);
        Assert.Contains("a=b", options.Servers[0].ConnectionString, StringComparison.Ordinal);
        Assert.Equal(["other"], options.Servers[1].Databases.Keys);
    }

    [Fact]
    public void A_refused_argument_does_not_show_what_may_be_a_password()
    {
        var error = Assert.Throws<BackupSqlException>(
            () => ConnectionOptions.Parse(["shop=mysql:Password=secret"], null, null, null));

        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_can_be_given_once() =>
        Assert.Equal(
            SqlStates.DuplicateObject,
            Assert.Throws<BackupSqlException>(
                () => ConnectionOptions.Parse(["a=sqlite:1", "A=sqlite:2"], null, null, null)).SqlState);
}
