namespace Backup.Sql.TestKit.Tests.StateContract;

/// <summary>The ways in which a <see cref="DefectiveStateStore"/> breaks its word.</summary>
public enum StateDefect
{
    None,
    IgnoresVersions,
    ChecksOnlyTheFirstChange,
    ChangesBeforeItChecks,
    ChecksThenActs,
    ForgetsToCount,
    KeepsRemovedEntries,
    IgnoresCaseOfKeys,
    TrimsKeys,
    MixesKinds,
    ListsInTheOrderOfUtf8,
    KeepsTheCallersMemory,
    LosesEmptyValues,
    IgnoresCancellation,
    TakesAnyVersionForAbsence,
    ListsPieceByPiece,
}
