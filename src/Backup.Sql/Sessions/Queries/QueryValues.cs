using Backup.Sql.Binding;
using Backup.Sql.Diagnostics;
using Backup.Sql.Syntax;

namespace Backup.Sql.Sessions.Queries;

/// <summary>What an expression takes from around the statement.</summary>
/// <param name="Parameters">Values of the placeholders; the first is $1.</param>
/// <param name="Now">The statement's time.</param>
internal sealed record QueryValues(IReadOnlyList<object?> Parameters, DateTimeOffset Now)
{
    public object? Parameter(Placeholder placeholder) =>
        placeholder.Number >= 1 && placeholder.Number <= Parameters.Count
            ? Parameters[placeholder.Number - 1]
            : throw Errors.MissingParameter(placeholder.Number, ValueBinder.PlaceOf(placeholder));
}
