using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Rows;

/// <summary>A column as it is exported.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Form">How its fields are read.</param>
/// <param name="Element">Of an array how its elements are read.</param>
/// <param name="Type">The name of its type, of a domain the type below: qualified, ready for SQL.</param>
/// <param name="Selected">The expression that gives it in the form.</param>
/// <param name="IsOrderedLikeKeys">True when the server orders its values as keys are ordered.</param>
internal sealed record StoredColumn(
    string Name, FieldForm Form, FieldForm Element, string Type, string Selected, bool IsOrderedLikeKeys)
{
    /// <summary>True when it is exported as it is, in its type's own binary form.</summary>
    public bool IsPlain => Selected == Quote.Name(Name);
}
