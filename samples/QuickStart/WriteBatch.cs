using System.Text;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Files that one transaction writes: all of them or none.</summary>
internal static class WriteBatch
{
    /// <summary>An upper bound for what the store adds to a key and a value, in bytes.</summary>
    public const int OverheadBytes = 64;

    private const int MaxFiles = 8;
    private const long MaxBytes = 64 << 10;

    /// <summary>The size of a file in a request, in bytes.</summary>
    public static long SizeOf(SourceFile file) => OverheadBytes + Encoding.UTF8.GetByteCount(file.Key) + file.Length;

    /// <summary>Splits files into batches bounded in number and bytes; a file larger than a batch is a batch of its
    /// own.</summary>
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
