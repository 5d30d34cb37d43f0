using System.Text;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Files that are written by one transaction: all of them or none.</summary>
internal static class WriteBatch
{
    /// <summary>More than what the store adds to a key and a value.</summary>
    public const int OverheadBytes = 64;

    private const int MaxFiles = 8;
    private const long MaxBytes = 64 << 10;

    /// <summary>How much of a request a file takes, in bytes.</summary>
    public static long SizeOf(SourceFile file) => OverheadBytes + Encoding.UTF8.GetByteCount(file.Key) + file.Length;

    /// <summary>Cuts a list of files into batches that are bounded in files and in bytes; a file that is larger than
    /// a batch makes one by itself.</summary>
    public static IEnumerable<IReadOnlyList<SourceFile>> Split(IEnumerable<SourceFile> files)
    {
        List<SourceFile> batch = [];
        long bytes = 0;
        foreach (SourceFile file in files)
        {
            if (batch.Count == MaxFiles || (batch.Count > 0 && bytes + SizeOf(file) > MaxBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(file);
            bytes += SizeOf(file);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
