using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <content>The checks themselves.</content>
public static partial class SnapshotStorageConformance
{
    private static async Task NoSnapshotAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        Expect.That(await storage.OpenNewestAsync().ConfigureAwait(false) is null, "no snapshot");
        await storage.DeleteBelowAsync(ulong.MaxValue).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task SurvivesAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(200_000, 1);
        await PublishAsync(storage, Descriptor(10), content).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(10), content).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = medium.Open();
        await CheckNewestAsync(storage, Descriptor(10), content).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(10), content).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task RoundTripAsync(SnapshotStorageMedium medium, int length)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(length, length);
        await PublishAsync(storage, Descriptor(7), content).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(7), content).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task MetadataAsync(SnapshotStorageMedium medium)
    {
        SnapshotDescriptor[] all =
        [
            Descriptor(1, term: 1, metadataBytes: 0),
            Descriptor(2, term: 9, metadataBytes: 1),
            Descriptor(ulong.MaxValue - 1, term: ulong.MaxValue, SnapshotDescriptor.MaxMetadataBytes),
        ];
        ISnapshotStorage storage = medium.Open();
        foreach (SnapshotDescriptor descriptor in all)
        {
            await PublishAsync(storage, descriptor, Content(100, 1)).ConfigureAwait(false);
            storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
            await CheckNewestAsync(storage, descriptor, Content(100, 1)).ConfigureAwait(false);
        }

        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task UnpublishedAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(100_000, 4);
        await PublishAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        ISnapshotWriter writer = await storage.CreateAsync(Descriptor(9)).ConfigureAwait(false);
        await WriteAsync(writer, Content(300_000, 5)).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        writer = await storage.CreateAsync(Descriptor(11)).ConfigureAwait(false);
        await WriteAsync(writer, Content(300_000, 6)).ConfigureAwait(false);
        if (!medium.CanCrash)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task NewestAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        ulong[] indices = [20, 100, 9, 99];
        foreach (ulong index in indices)
        {
            await PublishAsync(storage, Descriptor(index), Content(1_000, (int)index)).ConfigureAwait(false);
        }

        await CheckNewestAsync(storage, Descriptor(100), Content(1_000, 100)).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(100), Content(1_000, 100)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task SamePositionAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        await PublishAsync(storage, Descriptor(5), Content(100_000, 1)).ConfigureAwait(false);
        await PublishAsync(storage, Descriptor(5), Content(70_000, 2)).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(5), Content(70_000, 2)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task DeleteBelowAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        await PublishAsync(storage, Descriptor(5), Content(100, 5)).ConfigureAwait(false);
        await PublishAsync(storage, Descriptor(8), Content(100, 8)).ConfigureAwait(false);
        await storage.DeleteBelowAsync(8).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(8), Content(100, 8)).ConfigureAwait(false);
        await storage.DeleteBelowAsync(9).ConfigureAwait(false);
        Expect.That(await storage.OpenNewestAsync().ConfigureAwait(false) is null, "no snapshot after all were "
            + "deleted");
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task DeleteOneAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        foreach (ulong index in new ulong[] { 5, 8, 9 })
        {
            await PublishAsync(storage, Descriptor(index), Content(100, (int)index)).ConfigureAwait(false);
        }

        await storage.DeleteAsync(7).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(9), Content(100, 9)).ConfigureAwait(false);
        await storage.DeleteAsync(9).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(8), Content(100, 8)).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(8), Content(100, 8)).ConfigureAwait(false);
        await storage.DeleteAsync(5).ConfigureAwait(false);
        await storage.DeleteAsync(8).ConfigureAwait(false);
        Expect.That(await storage.OpenNewestAsync().ConfigureAwait(false) is null, "no snapshot after all were "
            + "deleted");
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task DeleteWhileReadingAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(300_000, 5);
        await PublishAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        await PublishAsync(storage, Descriptor(6), Content(10, 6)).ConfigureAwait(false);
        await storage.DeleteBelowAsync(6).ConfigureAwait(false);
        await CheckContentAsync(reader!, content).ConfigureAwait(false);
        await reader!.DisposeAsync().ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(6), Content(10, 6)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task ReadAnywhereAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(200_001, 3);
        await PublishAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        (int Offset, int Count)[] ranges =
        [
            (0, 0), (0, 1), (65_535, 1), (65_535, 2), (65_536, 65_536), (1, 131_072), (200_000, 1), (200_000, 50),
            (200_001, 5), (300_000, 5),
        ];
        foreach ((int offset, int count) in ranges)
        {
            await CheckReadAsync(reader!, content, offset, count).ConfigureAwait(false);
        }

        await reader!.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task CheckReadAsync(ISnapshotReader reader, byte[] content, int offset, int count)
    {
        byte[] read = new byte[count];
        int expected = Math.Clamp(content.Length - offset, 0, count);
        int actual = await reader.ReadAsync(offset, read).ConfigureAwait(false);
        Expect.Equal(expected, actual, $"the bytes read at {offset}");
        Expect.That(
            expected == 0 || content.AsSpan(offset, expected).SequenceEqual(read.AsSpan(0, expected)),
            $"the bytes at {offset}");
    }

    private static async Task ReadsBesideAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(500_000, 3);
        await PublishAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await CheckReadAsync(reader!, content, (task * 50_000) + (i * 700), 90_000).ConfigureAwait(false);
            }
        }))).ConfigureAwait(false);
        await reader!.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task WritersBesideAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        await Task.WhenAll(Enumerable.Range(1, 4).Select(i => Task.Run(
            () => PublishAsync(storage, Descriptor((ulong)i), Content(300_000, i))))).ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(4), Content(300_000, 4)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task OversizedWriteAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        ISnapshotWriter writer = await storage.CreateAsync(Descriptor(5)).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await writer.WriteAsync(new byte[ISnapshotWriter.MaxWriteBytes + 1]).ConfigureAwait(false),
            "a write beyond the limit").ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task CancelledAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        byte[] content = Content(100_000, 5);
        await PublishAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        var cancelled = new CancellationToken(canceled: true);
        ISnapshotWriter writer = await storage.CreateAsync(Descriptor(6)).ConfigureAwait(false);
        await Expect.ThrowsAsync<OperationCanceledException>(
            async () => await writer.WriteAsync(Content(200_000, 6), cancelled).ConfigureAwait(false),
            "a cancelled write").ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);

        writer = await storage.CreateAsync(Descriptor(7)).ConfigureAwait(false);
        await writer.WriteAsync(Content(100_000, 7)).ConfigureAwait(false);
        await Expect.ThrowsAsync<OperationCanceledException>(
            async () => await writer.PublishAsync(cancelled).ConfigureAwait(false),
            "a cancelled publication").ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await CheckNewestAsync(storage, Descriptor(5), content).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task UseAfterDisposalAsync(SnapshotStorageMedium medium)
    {
        ISnapshotStorage storage = medium.Open();
        await PublishAsync(storage, Descriptor(5), Content(10, 1)).ConfigureAwait(false);
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        ISnapshotWriter writer = await storage.CreateAsync(Descriptor(6)).ConfigureAwait(false);
        await reader!.DisposeAsync().ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        var calls = new Dictionary<string, Func<Task>>
        {
            ["a read"] = async () => await reader.ReadAsync(0, new byte[1]).ConfigureAwait(false),
            ["a write"] = async () => await writer.WriteAsync(new byte[1]).ConfigureAwait(false),
            ["publishing"] = async () => await writer.PublishAsync().ConfigureAwait(false),
            ["creating"] = async () => await storage.CreateAsync(Descriptor(7)).ConfigureAwait(false),
            ["opening"] = async () => await storage.OpenNewestAsync().ConfigureAwait(false),
            ["deleting"] = async () => await storage.DeleteBelowAsync(7).ConfigureAwait(false),
            ["deleting one"] = async () => await storage.DeleteAsync(7).ConfigureAwait(false),
        };
        foreach ((string name, Func<Task> call) in calls)
        {
            await Expect.ThrowsAsync<ObjectDisposedException>(call, $"{name} after disposal").ConfigureAwait(false);
        }
    }
}
