namespace EmbeddedConsensus.Storage.Faster.Tests;

internal static class TestOptions
{
    /// <summary>The smallest pages, two to a file, written without filling ahead.</summary>
    public static void MakeSmall(FasterStorageOptions options)
    {
        options.PageBytes = 64 * 1024;
        options.SegmentBytes = 128 * 1024;
        options.MemoryBytes = 256 * 1024;
        options.PreallocationBytes = 4096;
    }
}
