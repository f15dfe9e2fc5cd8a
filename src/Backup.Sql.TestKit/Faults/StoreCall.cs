namespace Backup.Sql.TestKit.Faults;

/// <summary>A call that a <see cref="FaultScript"/> saw.</summary>
/// <param name="Index">Its place among all calls, from 1.</param>
/// <param name="Operation">What was called.</param>
/// <param name="Name">The object's full name with its location, or the prefix of a listing.</param>
public readonly record struct StoreCall(int Index, StoreOperation Operation, string Name);
