namespace Backup.Sql.TestKit.Memory;

/// <summary>A value of a type that only the engine that wrote it understands.</summary>
/// <param name="Type">That engine's name of the type.</param>
/// <param name="Bytes">The value as that engine defines it.</param>
public sealed record OpaqueValue(string Type, ReadOnlyMemory<byte> Bytes);
