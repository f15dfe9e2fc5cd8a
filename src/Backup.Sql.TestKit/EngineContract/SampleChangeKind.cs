namespace Backup.Sql.TestKit.EngineContract;

/// <summary>What happens to a row.</summary>
public enum SampleChangeKind
{
    /// <summary>It is added: there is no row of that key.</summary>
    Insert,

    /// <summary>It is replaced, its key stays: there is a row of that key.</summary>
    Update,

    /// <summary>It is removed: there is a row of that key.</summary>
    Delete,
}
