namespace Backup.Sql.Sessions;

/// <summary>A column of a result.</summary>
/// <param name="Name">The column's name: part of the interface, as the dialect reference gives it.</param>
/// <param name="Type">The type of its values.</param>
public sealed record ResultColumn(string Name, ResultType Type);
