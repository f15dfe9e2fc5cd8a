namespace Backup.Sql.TestKit.Faults;

/// <summary>The calls of a store and its writers.</summary>
public enum StoreOperation
{
    /// <summary>An object in parts is started.</summary>
    BeginPut,

    /// <summary>A part is written.</summary>
    WritePart,

    /// <summary>An object in parts is completed.</summary>
    Complete,

    /// <summary>A whole object is put if its name is free.</summary>
    PutIfAbsent,

    /// <summary>Bytes are read.</summary>
    Read,

    /// <summary>A size is asked for.</summary>
    Head,

    /// <summary>Names are listed: one call, however many entries it gives.</summary>
    List,

    /// <summary>An object is deleted.</summary>
    Delete,
}
