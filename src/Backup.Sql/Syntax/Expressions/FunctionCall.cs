namespace Backup.Sql.Syntax;

/// <summary>A call: <c>follower_read_timestamp()</c>, <c>count(*)</c>.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Arguments">The arguments, possibly none.</param>
/// <param name="IsStar">True for <c>f(*)</c>; there are no arguments then.</param>
public sealed record FunctionCall(ObjectName Function, ValueList<Expression> Arguments, bool IsStar) : Expression;
