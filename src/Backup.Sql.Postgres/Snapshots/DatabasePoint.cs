using Npgsql;

namespace Backup.Sql.Postgres.Snapshots;

/// <summary>One database of a snapshot.</summary>
/// <param name="Name">What statements call it.</param>
/// <param name="OnServer">What the server calls it.</param>
/// <param name="Leader">
/// The connection whose transaction keeps the snapshot and the locks; nothing that can fail runs on it.
/// </param>
/// <param name="SnapshotId">Under this id other transactions share the snapshot for as long as the leader lives.</param>
/// <param name="IsTracked">Whether its changes are tracked.</param>
internal sealed record DatabasePoint(
    string Name, string OnServer, NpgsqlConnection Leader, string SnapshotId, bool IsTracked);
