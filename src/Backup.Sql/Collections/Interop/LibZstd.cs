using System.Reflection;
using System.Runtime.InteropServices;

namespace Backup.Sql.Collections.Interop;

/// <summary>
/// The system's libzstd: the base class library has no Zstandard. The library is looked for at run time under the names
/// that the platforms give it, because only development packages install the plain name.
/// </summary>
internal static partial class LibZstd
{
    private const string Library = "libzstd";

    private static readonly nint Handle = Load();

    static LibZstd()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(LibZstd).Assembly, static (name, _, _) => name == Library ? Handle : 0);
    }

    /// <summary>True when the library was found.</summary>
    public static bool IsAvailable => Handle != 0;

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(
        ZstdCompressionHandle context,
        Span<byte> destination,
        nuint destinationSize,
        ReadOnlySpan<byte> source,
        nuint sourceSize,
        int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(
        ZstdDecompressionHandle context,
        Span<byte> destination,
        nuint destinationSize,
        ReadOnlySpan<byte> source,
        nuint sourceSize);

    private static nint Load()
    {
        string[] names = OperatingSystem.IsWindows() ? ["libzstd.dll", "zstd.dll"]
            : OperatingSystem.IsMacOS()
                ?
                [
                    "libzstd.1.dylib", "libzstd.dylib",
                    "/opt/homebrew/lib/libzstd.dylib", "/usr/local/lib/libzstd.dylib",
                ]
                : ["libzstd.so.1", "libzstd.so"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), null, out var handle))
                return handle;
        }

        return 0;
    }
}
