namespace Backup.Sql.Scenarios.Simulation.Faults;

/// <summary>What came of a statement that met a fault.</summary>
internal enum FaultEnd
{
    /// <summary>It was acknowledged all the same.</summary>
    Overcome,

    /// <summary>It failed with an error and had no effect, or one that is finished later.</summary>
    Refused,

    /// <summary>Its process died, and the next one brought its job to the end.</summary>
    Resumed,

    /// <summary>Its process died with no job to go on with.</summary>
    Dead,
}
