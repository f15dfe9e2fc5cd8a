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
    public void A_name_can_be_given_once() =>
        Assert.Equal(
            SqlStates.DuplicateObject,
            Assert.Throws<BackupSqlException>(
                () => ConnectionOptions.Parse(["a=sqlite:1", "A=sqlite:2"], null, null, null)).SqlState);
}
