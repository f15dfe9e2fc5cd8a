namespace Backup.Sql.Storage;

/// <summary>One line of a listing.</summary>
/// <param name="Name">An object's name, or a common prefix that ends with the delimiter.</param>
/// <param name="Length">The object's size in bytes; 0 for a prefix.</param>
/// <param name="IsPrefix">True for a common prefix.</param>
public readonly record struct ListEntry(string Name, long Length, bool IsPrefix);
