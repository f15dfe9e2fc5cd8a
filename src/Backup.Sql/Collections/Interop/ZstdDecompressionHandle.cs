using System.Runtime.InteropServices;

namespace Backup.Sql.Collections.Interop;

/// <summary>A ZSTD_DCtx.</summary>
internal sealed class ZstdDecompressionHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    public static ZstdDecompressionHandle Create()
    {
        var context = new ZstdDecompressionHandle();
        context.SetHandle(LibZstd.CreateDecompression());
        return context.IsInvalid ? throw new InsufficientMemoryException() : context;
    }

    protected override bool ReleaseHandle() => LibZstd.FreeDecompression(handle) == 0;
}
