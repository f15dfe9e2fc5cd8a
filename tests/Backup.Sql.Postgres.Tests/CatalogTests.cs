using Backup.Sql.Catalog;
using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;
using Xunit.Abstractions;

namespace Backup.Sql.Postgres.Tests;

public sealed class CatalogTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Everything_is_in_the_catalog_each_after_what_it_needs()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var schema = await ReadSampleAsync("catalog_all");

        var names = schema.Objects.Select(o => $"{o.GetType().Name.Replace("Descriptor", "")} {o.Schema}.{o.Name}").ToList();
        output.WriteLine(string.Join('\n', names));
        foreach (var name in (string[])["Schema .app", "Type app.rating", "Function app.total(price numeric, days integer)",
            "Function app.concat_all(text)", "Sequence app.codes", "Table app.film", "Table app.payment", "View app.by_rating",
            "Trigger app.touch_film"])
            Assert.Contains(name, names);
        Assert.DoesNotContain("Table app.payment_2025", names);
        Assert.Equal(names.Count, names.Distinct().Count());
        var seen = new HashSet<long>();
        foreach (var o in schema.Objects)
        {
            Assert.All(o.DependsOn, id => Assert.True(seen.Contains(id), $"{o.Name} comes too early"));
            Assert.True(seen.Add(o.Id));
        }
    }

    [Fact]
    public async Task A_table_says_what_other_engines_must_know()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var schema = await ReadSampleAsync("catalog_neutral");

        var film = schema.Objects.OfType<TableDescriptor>().Single(table => table.Name == "film");
        Assert.Equal(["film_id"], film.PrimaryKey);
        Assert.DoesNotContain(film.Columns, column => column.Name == "double_price");
        Assert.Equal(
            [
                "film_id Integer 32 ", "title Text  ", "description Text  ", "release_year Integer 32 app.year",
                "rating UserDefined  app.rating", "ratings UserDefined  app.rating[]", "price Decimal 6 ", "code Text  ",
                "tags Array  ", "facts Json  ", "length Interval  ", "during UserDefined  app.span", "changed TimestampTz  ",
                "words UserDefined  tsvector",
            ],
            film.Columns.Select(column => $"{column.Name} {column.Type.Kind} {column.Type.Precision} {column.EngineType}"));
        Assert.Contains(film.Indexes, index => index is { Name: "film_title_key", Unique: true, Columns: ["title"] });
        Assert.Contains(film.Indexes, index => index is { Name: "film_cheap_idx", Predicate: "(price < (1)::numeric)" });
        Assert.Contains(film.Indexes, index => index is { Name: "film_words_idx", Columns: [] });
        var payment = schema.Objects.OfType<TableDescriptor>().Single(table => table.Name == "payment");
        Assert.Equal(["payment_2025", "payment_2026_big", "payment_2026_rest", "payment_default"], payment.Partitions.Order());
        var staff = schema.Objects.OfType<TableDescriptor>().Single(table => table.Name == "staff");
        Assert.Equal("store", Assert.Single(staff.ForeignKeys).ReferencedTable);
        var sequence = schema.Objects.OfType<SequenceDescriptor>().Single(s => s.Name == "staff_staff_id_seq");
        Assert.Equal((staff.Id, "staff_id"), (sequence.OwnerTable, sequence.OwnerColumn));
        Assert.Equal([sequence.Id], staff.Columns[0].DefaultDependsOn);
        var codes = schema.Objects.OfType<SequenceDescriptor>().Single(s => s.Name == "codes");
        Assert.Equal((105, false, 5L, 5000L), (codes.Value, codes.IsCalled, codes.Increment, codes.Maximum));
    }

    [Fact]
    public async Task What_no_backup_carries_is_named()
    {
        if (!TestServer.IsInstalled(output))
            return;
        var schema = await ReadSampleAsync(
            "catalog_left", "SELECT lo_create(4711)", "CREATE OPERATOR app.@#@ (FUNCTION = app.total, LEFTARG = numeric, RIGHTARG = integer)");

        Assert.Equal(["operator @#@", "the 1 large objects"], schema.Database.NotCarried);
    }

    private static async Task<PostgresSchema> ReadSampleAsync(string database, params string[] more)
    {
        var test = await TestServer.GetAsync();
        await test.RunSqlAsync("postgres", SampleSchema.Roles, $"CREATE DATABASE {database} TEMPLATE template0");
        await test.RunSqlAsync(database, [.. SampleSchema.Statements, .. more]);
        var server = new PostgresServer(new PostgresEngineOptions { ConnectionString = test.ConnectionString });
        await using var connection = await server.OpenAsync(database, CancellationToken.None);
        await connection.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", CancellationToken.None);
        return await SchemaReader.ReadAsync(connection, database, CancellationToken.None);
    }
}
