using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Inspects the files of a member. Knows only what an operator can see: the names of the files, and that a log
/// record starts with a four-byte magic number.</summary>
internal static class StorageFiles
{
    private const string Segments = "log.0*";
    private const string Snapshots = "snapshot-*.snap";

    private static ReadOnlySpan<byte> RecordMagic => "ECLR"u8;

    /// <summary>The files of the log, oldest first.</summary>
    /// <param name="member">The member.</param>
    public static string[] LogOf(ClusterMember member) => Find(member, Segments);

    /// <summary>The snapshots, oldest first.</summary>
    /// <param name="member">The member.</param>
    public static string[] SnapshotsOf(ClusterMember member) => Find(member, Snapshots);

    /// <summary>The bytes of a file that a process may be writing or may have deleted.</summary>
    /// <param name="file">The file.</param>
    public static byte[] Read(string file)
    {
        try
        {
            using FileStream stream =
                new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[stream.Length];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The end of the non-zero bytes of a file: the rest is preallocated.</summary>
    /// <param name="bytes">The file.</param>
    public static int EndOf(ReadOnlySpan<byte> bytes) => bytes.LastIndexOfAnyExcept((byte)0) + 1;

    /// <summary>The offsets of the records in a file.</summary>
    /// <param name="bytes">The file.</param>
    public static List<int> RecordsOf(ReadOnlySpan<byte> bytes)
    {
        List<int> records = [];
        for (int at = 0; bytes[at..].IndexOf(RecordMagic) is >= 0 and int found; at += found + RecordMagic.Length)
        {
            records.Add(at + found);
        }

        return records;
    }

    private static string[] Find(ClusterMember member, string pattern)
    {
        string[] files = Directory.GetFiles(member.Disk.Folder, pattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
