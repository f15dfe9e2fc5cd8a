namespace Backup.Sql.Syntax;

/// <summary>What SHOW BACKUP lists.</summary>
public enum ShowBackupView
{
    /// <summary>Objects and layers.</summary>
    Default,

    /// <summary>The same with the statements that create the objects.</summary>
    Schemas,

    /// <summary>Data files.</summary>
    Files,

    /// <summary>Key ranges.</summary>
    Ranges,

    /// <summary>Findings of a check of every object.</summary>
    Validate,
}
