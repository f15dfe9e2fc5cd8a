namespace Backup.Sql.TestKit.EngineContract;

/// <summary>How a check came out.</summary>
public enum ConformanceVerdict
{
    /// <summary>The engine does what it must or says it can.</summary>
    Passed,

    /// <summary>The engine says that it cannot, and really refuses.</summary>
    Refused,

    /// <summary>The engine does not keep to the contract.</summary>
    Failed,
}
