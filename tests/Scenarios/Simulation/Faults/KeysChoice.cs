namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>How what opens a chain is changed.</summary>
internal enum KeysChoice
{
    /// <summary>ADD NEW_PASSPHRASE.</summary>
    AddPassphrase,

    /// <summary>ADD NEW_KMS.</summary>
    AddService,

    /// <summary>DROP PASSPHRASE.</summary>
    DropPassphrase,
}
