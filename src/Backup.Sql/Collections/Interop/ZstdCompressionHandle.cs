using System.Runtime.InteropServices;

namespace Backup.Sql.Collections.Interop;

/// <summary>A ZSTD_CCtx.</summary>
internal sealed class ZstdCompressionHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    public static ZstdCompressionHandle Create()
    {
        var context = new ZstdCompressionHandle();
        context.SetHandle(LibZstd.CreateCompression());
        return context.IsInvalid ? throw new InsufficientMemoryException() : context;
    }

    protected override bool ReleaseHandle() => LibZstd.FreeCompression(handle) == 0;
}
