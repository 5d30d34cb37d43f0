using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>Which file or folder a path leads to: the same as long as the file exists, whatever it is called; another
/// one when the file was replaced. A file that is open keeps its identity to itself.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Number">The file's number in it.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Number)
{
    private const int StructBytes = 256;
    private const int CurrentFolder = -100;
    private const uint WantNumber = 0x100;

    // Old C libraries do not have it. Then every file has the same identity, and a folder's locks are what is left.
    private static readonly bool IsKnown = OperatingSystem.IsMacOS()
        || (OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(
            NativeLibrary.GetMainProgramHandle(), "statx", out _));

    /// <summary>Encodes a path for <see cref="TryRead"/>.</summary>
    /// <param name="path">A full path.</param>
    public static byte[] Encode(string path) => Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>Looks where a path leads, without opening anything: it takes a microsecond, and works in a process that
    /// has no file handle left.</summary>
    /// <param name="path">The encoded path.</param>
    /// <returns>The identity; the default where nothing is there.</returns>
    public static unsafe FileIdentity TryRead(byte[] path)
    {
        if (!IsKnown)
        {
            return default;
        }

        Span<byte> found = stackalloc byte[StructBytes];
        found.Clear();
        fixed (byte* name = path)
        fixed (byte* status = found)
        {
            return OperatingSystem.IsMacOS() ? TryReadOnMac(name, status, found) : TryReadOnLinux(name, status, found);
        }
    }

    private static unsafe FileIdentity TryReadOnLinux(byte* path, byte* status, Span<byte> found) =>
        ReadExtended(CurrentFolder, path, 0, WantNumber, status) != 0
            ? default
            : new FileIdentity(
                BinaryPrimitives.ReadUInt64LittleEndian(found[136..]),
                BinaryPrimitives.ReadUInt64LittleEndian(found[32..]));

    private static unsafe FileIdentity TryReadOnMac(byte* path, byte* status, Span<byte> found)
    {
        int result = RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? ReadOnMacX64(path, status)
            : ReadOnMac(path, status);
        return result != 0
            ? default
            : new FileIdentity(
                BinaryPrimitives.ReadUInt32LittleEndian(found), BinaryPrimitives.ReadUInt64LittleEndian(found[8..]));
    }

    // Unlike that of stat, its structure is the same on every architecture.
    [LibraryImport("libc", EntryPoint = "statx")]
    private static unsafe partial int ReadExtended(int folder, byte* path, int flags, uint wanted, byte* status);

    [LibraryImport("libc", EntryPoint = "stat")]
    private static unsafe partial int ReadOnMac(byte* path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64")]
    private static unsafe partial int ReadOnMacX64(byte* path, byte* status);
}
