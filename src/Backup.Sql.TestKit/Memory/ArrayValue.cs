using Backup.Sql.Rows;

namespace Backup.Sql.TestKit.Memory;

/// <summary>
/// An array as a value of a column. Plain one-dimensional arrays may be given as <c>object?[]</c> instead.
/// </summary>
/// <param name="Dimensions">The dimensions, the outermost first; none for an empty array.</param>
/// <param name="Elements">The elements, the last dimension running fastest.</param>
public sealed record ArrayValue(IReadOnlyList<ArrayDimension> Dimensions, IReadOnlyList<object?> Elements);
