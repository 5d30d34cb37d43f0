using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes the leases as they were when the writer was made: the number of the last renewal and how many leases
/// follow, then for each, by id, its id, time to live, what was left of it, the number of its renewal, and 1 if it has
/// ended.</summary>
internal sealed class LeasesSectionWriter : ISectionWriter
{
    /// <summary>The longest encoding of a lease, in bytes.</summary>
    public const int MaxLeaseBytes = (4 * CommandWriter.LongestNumber) + 1;

    private readonly long _renewals;
    private readonly LeaseRecord[] _leases;
    private int _next = -1;

    /// <summary>Copies the leases.</summary>
    public LeasesSectionWriter(LeaseTable leases)
    {
        _renewals = leases.Renewals;
        _leases = leases.Copy();
    }

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.Leases;

    /// <inheritdoc />
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        if (_next < 0)
        {
            // Here and not in the constructor, which runs on the thread that applies.
            Array.Sort(_leases, (left, right) => left.Id.CompareTo(right.Id));
            _next = 0;
            CommandWriter header = new(output.GetSpan(2 * CommandWriter.LongestNumber));
            header.WriteNumber(_renewals);
            header.WriteNumber(_leases.Length);
            output.Advance(header.Position);
        }

        for (int written = 0; _next < _leases.Length && written < maxBytes; _next++)
        {
            ref LeaseRecord lease = ref _leases[_next];
            CommandWriter writer = new(output.GetSpan(MaxLeaseBytes));
            writer.WriteNumber(lease.Id);
            writer.WriteNumber(lease.TimeToLive);
            writer.WriteNumber(lease.Remaining);
            writer.WriteNumber(lease.Renewal);
            writer.WriteByte(lease.IsEnding ? (byte)1 : (byte)0);
            output.Advance(writer.Position);
            written += writer.Position;
        }

        return _next < _leases.Length;
    }
}
