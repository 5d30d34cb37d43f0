using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>A member with a transport of its own, for the time of one check.</summary>
internal sealed class ConformanceMember(MemberId id, ITransport transport, RecordingReceiver receiver)
{
    /// <summary>How long anything may take that must happen at some time.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // A transport may drop messages: how long to wait before the next try.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    public MemberId Id { get; } = id;

    public ITransport Transport { get; } = transport;

    public RecordingReceiver Receiver { get; } = receiver;

    /// <summary>Sends a message, and again until it arrives.</summary>
    public async Task SendUntilReceivedAsync(RaftMessage message, ConformanceMember target, string what)
    {
        long giveUpAt = Environment.TickCount64 + (long)Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < giveUpAt)
        {
            Transport.TrySend(message);
            Transport.Flush();
            if (await target.Receiver.WaitForAsync(
                receiver => receiver.Messages.Any(other => RaftMessageEquality.ContentEquals(other, message)),
                RetryInterval).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new ConformanceException($"{what} did not arrive unchanged within {Deadline.TotalSeconds} s.");
    }

    /// <summary>Waits for something that must happen at this member's receiver.</summary>
    public async Task ExpectAsync(Func<RecordingReceiver, bool> condition, string what)
    {
        if (!await Receiver.WaitForAsync(condition, Deadline).ConfigureAwait(false))
        {
            throw new ConformanceException($"{what} did not happen within {Deadline.TotalSeconds} s.");
        }
    }

    /// <summary>Sends to a peer until the transport reports it unreachable.</summary>
    public async Task SendUntilUnreachableAsync(MemberId peer, int times)
    {
        long giveUpAt = Environment.TickCount64 + (long)Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < giveUpAt)
        {
            Transport.TrySend(SampleMessages.Heartbeat(Id, peer, 0));
            Transport.Flush();
            if (await Receiver.WaitForAsync(
                receiver => receiver.UnreachableCount(peer) >= times, RetryInterval).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new ConformanceException(
            $"The peer was reported unreachable {Receiver.UnreachableCount(peer)} times within "
            + $"{Deadline.TotalSeconds} s; {times} were expected.");
    }
}
