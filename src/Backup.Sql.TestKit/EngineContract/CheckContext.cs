using Backup.Sql.Catalog;
using Backup.Sql.Engines;

namespace Backup.Sql.TestKit.EngineContract;

/// <summary>
/// What a check works with: a running engine, the fixture that fills it, and a second cluster where needed.
/// </summary>
internal sealed class CheckContext : IAsyncDisposable
{
    public const string Database = "shop";

    private readonly Func<EngineConformanceFixture> _fixtures;
    private readonly List<CheckContext> _others = [];

    private CheckContext(
        Func<EngineConformanceFixture> fixtures,
        EngineConformanceFixture fixture,
        IDatabaseEngine engine,
        CancellationToken token)
    {
        _fixtures = fixtures;
        Fixture = fixture;
        Engine = engine;
        Token = token;
    }

    public EngineConformanceFixture Fixture { get; }

    public IDatabaseEngine Engine { get; }

    public CancellationToken Token { get; }

    public EngineCapabilities Abilities => Fixture.Abilities ?? Engine.Info.Capabilities;

    public static async Task<CheckContext> StartAsync(Func<EngineConformanceFixture> fixtures, CancellationToken token)
    {
        var fixture = fixtures();
        try
        {
            return new CheckContext(fixtures, fixture, await fixture.StartAsync(token).ConfigureAwait(false), token);
        }
        catch
        {
            await fixture.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts another cluster: where a restore goes.</summary>
    public async Task<CheckContext> StartAnotherAsync()
    {
        var other = await StartAsync(_fixtures, Token).ConfigureAwait(false);
        _others.Add(other);
        return other;
    }

    /// <summary>Makes a database with tables and rows in them.</summary>
    public async Task FillAsync(string database, int rows, params SampleTable[] tables)
    {
        await Fixture.CreateDatabaseAsync(database, Token).ConfigureAwait(false);
        foreach (var table in tables)
        {
            await Fixture.CreateTableAsync(database, table, Token).ConfigureAwait(false);
            await ChangeAsync(database, [.. Samples.Rows(table, rows)]).ConfigureAwait(false);
        }
    }

    public Task ChangeAsync(string database, params IReadOnlyList<SampleChange> changes) =>
        Fixture.ChangeAsync(database, changes, Token).AsTask();

    public Task<IEngineSnapshot> SnapshotAsync(HlcTimestamp? asOf = null, string database = Database) =>
        Engine.OpenSnapshotAsync(new SnapshotRequest { Databases = [database], AsOf = asOf }, Token).AsTask();

    public Task<EngineContents> ReadAsync(HlcTimestamp? asOf = null, string database = Database) =>
        EngineContents.ReadAsync(Engine, database, asOf, Token);

    public async Task<TableDescriptor> FindAsync(
        IEngineSnapshot snapshot, SampleTable table, string database = Database)
    {
        var objects = await snapshot.Catalog.GetObjectsAsync(database, Token).ConfigureAwait(false);
        return objects.OfType<TableDescriptor>().FirstOrDefault(
            t => Engine.Info.NameComparer.Equals(t.Name, table.Name))
            ?? throw new ConformanceException($"The catalog shows no table {table.Name}.");
    }

    public async Task<IReadOnlyList<string>> DatabasesAsync()
    {
        var catalog = await Engine.OpenCatalogAsync(null, Token).ConfigureAwait(false);
        await using var _ = catalog.ConfigureAwait(false);
        return [.. (await catalog.GetDatabasesAsync(Token).ConfigureAwait(false)).Select(d => d.Name)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others)
            await other.DisposeAsync().ConfigureAwait(false);
        await Engine.DisposeAsync().ConfigureAwait(false);
        await Fixture.DisposeAsync().ConfigureAwait(false);
    }
}
