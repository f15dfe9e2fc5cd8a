namespace Backup.Sql.Syntax;

/// <summary>What is done to jobs.</summary>
public enum JobControl
{
    /// <summary>PAUSE.</summary>
    Pause,

    /// <summary>RESUME.</summary>
    Resume,

    /// <summary>CANCEL.</summary>
    Cancel,
}
