namespace Backup.Sql.Collections;

/// <summary>How the blocks of a layer are compressed.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Level">One of its levels.</param>
internal readonly record struct BlockCompression(ICompressionCodec Codec, int Level);
