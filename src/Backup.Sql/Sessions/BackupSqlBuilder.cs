using Backup.Sql.Engines;
using Backup.Sql.Keys;
using Backup.Sql.Storage;

namespace Backup.Sql.Sessions;

/// <summary>Gathers what a host brings, for <see cref="BackupSqlServiceCollectionExtensions.AddBackupSql"/>.</summary>
public sealed class BackupSqlBuilder
{
    private readonly Dictionary<string, Func<IServiceProvider, IDatabaseEngine>> _engines = new(StringComparer.Ordinal);
    private readonly List<Func<IServiceProvider, IObjectStoreProvider>> _stores = [];
    private readonly List<Func<IServiceProvider, IKeyManagementProvider>> _keyServices = [];
    private Func<BackupHostOptions, BackupHostOptions> _configure = options => options;
    private string? _defaultEngine;

    internal BackupSqlBuilder()
    {
    }

    /// <summary>Adds an engine; the first one added is the default. The host closes it.</summary>
    /// <param name="name">The name that <c>WITH engine = '…'</c> uses.</param>
    /// <param name="open">Opens it, once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public BackupSqlBuilder AddEngine(string name, Func<IServiceProvider, IDatabaseEngine> open)
    {
        _engines.Add(name, open);
        _defaultEngine ??= name;
        return this;
    }

    /// <summary>Adds an engine that is open; the first one added is the default. The host closes it.</summary>
    /// <param name="name">The name that <c>WITH engine = '…'</c> uses.</param>
    /// <param name="engine">The engine.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddEngine(string name, IDatabaseEngine engine) => AddEngine(name, _ => engine);

    /// <summary>Adds a kind of object store.</summary>
    /// <param name="make">Makes the provider, once.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddStore(Func<IServiceProvider, IObjectStoreProvider> make)
    {
        _stores.Add(make);
        return this;
    }

    /// <summary>Adds a kind of object store.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddStore(IObjectStoreProvider provider) => AddStore(_ => provider);

    /// <summary>Adds a kind of key service.</summary>
    /// <param name="make">Makes the provider, once.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddKeyService(Func<IServiceProvider, IKeyManagementProvider> make)
    {
        _keyServices.Add(make);
        return this;
    }

    /// <summary>Adds a kind of key service.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddKeyService(IKeyManagementProvider provider) => AddKeyService(_ => provider);

    /// <summary>
    /// Lets <c>file://</c> and <c>nodelocal://</c> locations lie below a directory, and nowhere else.
    /// </summary>
    /// <param name="root">The directory; an absolute path.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder AddFiles(string root) => AddStore(new FileObjectStoreProvider(root));

    /// <summary>Changes other options: settings, clock, job store.</summary>
    /// <param name="change">Gives the options to use.</param>
    /// <returns>This builder.</returns>
    public BackupSqlBuilder Configure(Func<BackupHostOptions, BackupHostOptions> change)
    {
        var before = _configure;
        _configure = options => change(before(options));
        return this;
    }

    internal BackupHostOptions Build(IServiceProvider services) => _configure(new BackupHostOptions
    {
        Engines = _engines.ToDictionary(e => e.Key, e => e.Value(services), StringComparer.Ordinal),
        DefaultEngine = _defaultEngine,
        Stores = [.. _stores.Select(make => make(services))],
        KeyServices = [.. _keyServices.Select(make => make(services))],
    });
}
