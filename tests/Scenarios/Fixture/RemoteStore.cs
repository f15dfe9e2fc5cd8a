using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>A store that a test brings: who opens it, and the URI of a location in it.</summary>
internal sealed record RemoteStore(IObjectStoreProvider Provider, Func<string, string> Locate);
