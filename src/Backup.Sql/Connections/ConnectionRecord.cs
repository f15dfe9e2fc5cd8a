namespace Backup.Sql.Connections;

/// <summary>An external connection: a name for a location.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Location">What it stands for, sealed.</param>
/// <param name="Type">What that leads to.</param>
/// <param name="Owner">Who made it.</param>
internal sealed record ConnectionRecord(string Name, string Location, ConnectionType Type, string Owner);
