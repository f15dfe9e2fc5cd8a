namespace Backup.Sql.Rows;

/// <summary>One dimension of an array.</summary>
/// <param name="Length">Number of elements along it.</param>
/// <param name="LowerBound">Index of the first element; 1 in SQL unless somebody said otherwise.</param>
public readonly record struct ArrayDimension(int Length, int LowerBound = 1);
