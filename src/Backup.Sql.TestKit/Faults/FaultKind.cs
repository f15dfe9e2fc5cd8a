namespace Backup.Sql.TestKit.Faults;

/// <summary>What goes wrong. Errors are those that a store must give by contract.</summary>
public enum FaultKind
{
    /// <summary>No answer, and the call had no effect: transient 58030.</summary>
    TimeoutWithoutEffect,

    /// <summary>
    /// No answer, but the call did what it was asked: transient 58030. A part counts as not written even so, for it may
    /// be given again; a listing breaks off in its middle.
    /// </summary>
    TimeoutWithEffect,

    /// <summary>The store refuses because it is busy, as HTTP's 429 and 503 say: transient 58030.</summary>
    Throttled,

    /// <summary>The store refuses the credentials: 42501.</summary>
    AccessDenied,

    /// <summary>An object that is there seems not to be: 58P01 or, for a size, none. Reads and sizes only.</summary>
    NotFound,

    /// <summary>Half of the bytes come, then XX001. Reads only.</summary>
    ShortRead,

    /// <summary>
    /// The connection breaks when half of the bytes or entries have come or gone: transient 58030. What was to be
    /// written is not there. Reads, parts, whole objects and listings only.
    /// </summary>
    ConnectionReset,

    /// <summary>No space is left: 53100. What writes only.</summary>
    DiskFull,

    /// <summary>The process dies before the call reaches the store.</summary>
    CrashBefore,

    /// <summary>The process dies after the call took effect, before it hears of it.</summary>
    CrashAfter,

    /// <summary>
    /// The process dies in the middle: of a part a prefix was sent, an object in parts never appears, a whole object is
    /// there though nobody was told, a deleted one is gone.
    /// </summary>
    CrashTorn,
}
