using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>What every <see cref="ISnapshotStorage"/> must do. Run each check against an implementation of
/// yours.</summary>
public static partial class SnapshotStorageConformance
{
    /// <summary>The checks, in no particular order.</summary>
    public static IReadOnlyList<ConformanceCheck<SnapshotStorageMedium>> Checks { get; } =
    [
        new("No_snapshot", "A new storage has no snapshot.", NoSnapshotAsync),
        new("Published_snapshot_survives", "A published snapshot is there, also after closing and opening.",
            SurvivesAsync),
        new("Empty_snapshot", "A snapshot may have no bytes.", medium => RoundTripAsync(medium, 0)),
        new("One_byte", "A snapshot may have one byte.", medium => RoundTripAsync(medium, 1)),
        new("Exactly_one_block", "A snapshot may fill 64 KiB exactly.", medium => RoundTripAsync(medium, 65_536)),
        new("One_block_and_a_byte", "A snapshot may be a byte longer than 64 KiB.",
            medium => RoundTripAsync(medium, 65_537)),
        new("Several_megabytes", "A snapshot of several MiB is kept to the last byte.",
            medium => RoundTripAsync(medium, 5_000_003)),
        new("Metadata_is_kept", "Position and metadata are kept to the last byte, whatever the metadata is.",
            MetadataAsync),
        new("Unpublished_is_invisible", "A snapshot that was not published does not exist.", UnpublishedAsync),
        new("Newest_wins", "The snapshot with the highest index is the newest, whatever was published last.",
            NewestAsync),
        new("Same_position_again", "A snapshot may be published again at the same position.", SamePositionAsync),
        new("Delete_below", "Snapshots below an index go, the others stay.", DeleteBelowAsync),
        new("Delete_one", "A single snapshot goes, the others stay.", DeleteOneAsync),
        new("Delete_while_reading", "A reader finishes although its snapshot was deleted.", DeleteWhileReadingAsync),
        new("Read_anywhere", "Reads at any offset give exactly the bytes there.", ReadAnywhereAsync),
        new("Reads_beside_each_other", "Reads of one reader may run beside each other.", ReadsBesideAsync),
        new("Writers_beside_each_other", "Two snapshots may be written at the same time.", WritersBesideAsync),
        new("Oversized_write", "A write beyond the limit is refused.", OversizedWriteAsync),
        new("Cancelled_write", "A cancelled write or publication is reported as such, and not as a failure.",
            CancelledAsync),
        new("Use_after_disposal", "Calls after disposal are refused.", UseAfterDisposalAsync),
    ];

    /// <summary>Finds a check.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static ConformanceCheck<SnapshotStorageMedium> Find(string name) =>
        Checks.FirstOrDefault(check => check.Name == name)
        ?? throw new KeyNotFoundException($"There is no check named {name}.");

    private static SnapshotDescriptor Descriptor(ulong index, ulong term = 3, int metadataBytes = 100) =>
        new(new LogPosition(index, term), Content(metadataBytes, (int)index));

    private static byte[] Content(int length, int seed)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static async Task PublishAsync(ISnapshotStorage storage, SnapshotDescriptor descriptor, byte[] content)
    {
        ISnapshotWriter writer = await storage.CreateAsync(descriptor).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            await WriteAsync(writer, content).ConfigureAwait(false);
            Expect.Equal(content.Length, writer.Length, "the length written");
            await writer.PublishAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes in pieces of uneven size.</summary>
    private static async Task WriteAsync(ISnapshotWriter writer, ReadOnlyMemory<byte> content)
    {
        var random = new Random(content.Length);
        while (!content.IsEmpty)
        {
            int count = Math.Min(content.Length, random.Next(1, 300_000));
            await writer.WriteAsync(content[..count]).ConfigureAwait(false);
            content = content[count..];
        }
    }

    private static async Task CheckNewestAsync(ISnapshotStorage storage, SnapshotDescriptor descriptor, byte[] content)
    {
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        Expect.That(reader is not null, $"a snapshot at {descriptor.Position.Index}");
        await using (reader!.ConfigureAwait(false))
        {
            Expect.Equal(descriptor, reader!.Descriptor, "the descriptor");
            await CheckContentAsync(reader, content).ConfigureAwait(false);
        }
    }

    private static async Task CheckContentAsync(ISnapshotReader reader, byte[] content)
    {
        Expect.Equal(content.Length, reader.Length, "the length of the snapshot");
        byte[] read = new byte[content.Length + 10];
        Expect.Equal(content.Length, await reader.ReadAsync(0, read).ConfigureAwait(false), "the number of bytes read");
        Expect.That(content.AsSpan().SequenceEqual(read.AsSpan(0, content.Length)), "the bytes that were written");
    }

    private static async Task<ISnapshotStorage> ReopenAsync(SnapshotStorageMedium medium, ISnapshotStorage storage)
    {
        if (medium.CanCrash)
        {
            await medium.CrashAsync().ConfigureAwait(false);
        }
        else
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }

        return medium.Open();
    }
}
