namespace Backup.Sql.Connections;

/// <summary>What a connection leads to; the scheme of its location tells.</summary>
internal enum ConnectionType
{
    /// <summary>A place for backups.</summary>
    Storage,

    /// <summary>A key that data keys are wrapped with.</summary>
    Kms,
}
