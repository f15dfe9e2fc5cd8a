namespace Backup.Sql.TestKit.Tests.StorageContract;

/// <summary>The ways in which a <see cref="DefectiveStore"/> breaks its word.</summary>
public enum Defect
{
    None,
    OverwritesTakenNames,
    TellsEveryPutThatItWon,
    ChecksThenActs,
    ShowsUnfinishedObjects,
    CompletesAbandonedWriters,
    KeepsTheCallersMemory,
    LosesEmptyParts,
    ReadsOneByteTooFew,
    FillsTheEndWithZeros,
    ThrowsForeignErrors,
    IgnoresCancellation,
    AcceptsAnyName,
    DecodesNames,
    FailsToDeleteTwice,
    DeletesByPrefix,
    ListsInTheOrderOfUtf16,
    ListsTheStartToo,
    IgnoresDelimiters,
    ListsOnlyOnePage,
    ListsLate,
    ReadsLate,
}
