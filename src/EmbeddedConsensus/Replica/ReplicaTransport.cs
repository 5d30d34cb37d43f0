using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica;

/// <summary>The transport of a replica from its recovery until it is closed, which may happen at any moment and happens
/// once. A cluster of one has none: sending does nothing, and requests are not delivered. Safe for several threads.
/// </summary>
internal sealed class ReplicaTransport
{
    private readonly Lock _gate = new();
    private readonly Lock _peersGate = new();
    private volatile ITransport? _transport;
    private Task? _closing;

    /// <summary>Whether there is a transport, and it is open.</summary>
    public bool IsOpen => _transport is not null;

    /// <summary>Takes the transport. Called at most once.</summary>
    /// <param name="transport">The transport, not started.</param>
    public void Open(ITransport transport)
    {
        lock (_gate)
        {
            _transport = transport;
        }
    }

    /// <summary>Starts to send and to receive.</summary>
    /// <exception cref="TransportException">It cannot.</exception>
    public async Task StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken)
    {
        if (_transport is { } open)
        {
            await open.StartAsync(receiver, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sets the members that messages go to.</summary>
    /// <param name="peers">Returns them; called under a lock, so that the latest list wins.</param>
    public void SetPeers(Func<IReadOnlyList<MemberEndpoint>> peers)
    {
        lock (_peersGate)
        {
            _transport?.SetPeers(peers());
        }
    }

    /// <summary>Sends messages.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="dropped">Called for each that the transport dropped at once.</param>
    public void Send(List<RaftMessage> messages, Action<RaftMessage> dropped)
    {
        ITransport? open = _transport;
        if (open is null || messages.Count == 0)
        {
            return;
        }

        foreach (RaftMessage message in messages)
        {
            if (!open.TrySend(message))
            {
                dropped(message);
            }
        }

        open.Flush();
    }

    /// <summary>Sends a request to another member.</summary>
    /// <exception cref="TransportException">There was no reply.</exception>
    public async Task<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        ITransport open = _transport
            ?? throw new TransportException("This member has no transport, or has stopped.") { IsUndelivered = true };
        return await open.RequestAsync(address, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the transport.</summary>
    /// <returns>Completes when it is closed; the same task for every caller.</returns>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            if (_closing is null)
            {
                _closing = _transport is { } open ? DisposeAsync(open) : Task.CompletedTask;
                _transport = null;
            }

            return _closing;
        }
    }

    // A failure belongs to the caller that awaits the end, and not to a thread that has more to do.
    private static async Task DisposeAsync(ITransport transport) =>
        await transport.DisposeAsync().ConfigureAwait(false);
}
