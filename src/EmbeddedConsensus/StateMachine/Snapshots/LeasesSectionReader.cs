using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads the leases that <see cref="LeasesSectionWriter"/> wrote.</summary>
internal sealed class LeasesSectionReader : ISectionReader
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.Leases;

    /// <inheritdoc />
    public void Feed(ReadOnlySpan<byte> piece) => _encoded.Write(piece);

    /// <summary>The leases with the keys that are attached to them, once all of it was read.</summary>
    /// <param name="store">The keys.</param>
    /// <exception cref="SnapshotFormatException">They are damaged, or do not fit the keys.</exception>
    public LeaseTable Complete(MvccStore store)
    {
        LeaseTable table = new();
        try
        {
            Restore(table);
            Attach(table, store);
            return table;
        }
        catch (Exception exception) when (exception is InvariantViolationException or ArgumentException)
        {
            table.Dispose();
            throw new SnapshotFormatException($"The table of leases is damaged: {exception.Message}");
        }
    }

    private void Restore(LeaseTable table)
    {
        CommandReader reader = new(_encoded.WrittenSpan);
        long renewals = reader.ReadNumber();
        LeaseRecord[] records = new LeaseRecord[reader.ReadLength()];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = new LeaseRecord(
                reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(),
                reader.ReadByte() != 0);
        }

        reader.RequireEnd();
        table.Restore(renewals, records);
    }

    // In the order in which the keys were put, which is the order of the leases' lists.
    private static void Attach(LeaseTable table, MvccStore store)
    {
        if (table.Count == 0)
        {
            return;
        }

        List<(long Main, int Sub, byte[] Key, long Lease)> keys = [];
        MvccRangeCursor cursor = store.WriterView.Range([0], [0], 0);
        while (cursor.MoveNext())
        {
            MvccRecord record = cursor.Current;
            if (record.Lease != 0)
            {
                keys.Add((record.ModRevision, record.SubRevision, record.Key.ToArray(), record.Lease));
            }
        }

        keys.Sort((left, right) => (left.Main, left.Sub).CompareTo((right.Main, right.Sub)));
        foreach ((_, _, byte[] key, long lease) in keys)
        {
            if (!table.TryRestoreKey(key, lease))
            {
                throw new InvariantViolationException($"A key is attached to lease {lease}, which is not in it.");
            }
        }
    }
}
