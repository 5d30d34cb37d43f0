using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>
/// The membership of a replica: it knows where the other members are, carries changes through, answers what other
/// members ask, and keeps this member in its cluster. Consensus decides; this asks and answers.
/// </summary>
/// <remarks>It knows its replica by <see cref="IMembershipReplica"/> alone, takes time from the given source and has
/// its callers' continuations run by the given completion, so that a simulator can drive it.</remarks>
internal sealed class MembershipService
{
    private readonly PeerDirectory _peers;
    private readonly MembershipKeeper _keeper;
    private readonly ReplicaTransport _transport;

    /// <summary>Creates the service of a replica that is not recovered yet.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="transport">Reaches the other members.</param>
    /// <param name="options">The options.</param>
    /// <param name="time">The source of time.</param>
    /// <param name="completion">Decides where the continuations of callers run.</param>
    /// <param name="logger">The replica's log.</param>
    /// <param name="stopped">Cancelled when the replica stops.</param>
    public MembershipService(
        IMembershipReplica replica, ReplicaTransport transport, ConsensusStoreOptions options, TimeProvider time,
        CallCompletion completion, ILogger logger, CancellationToken stopped)
    {
        _transport = transport;
        _peers = new PeerDirectory(replica.Self);
        Client = new MembershipClient(replica, transport, _peers, options, time, logger, stopped);
        Changes = new MembershipChanges(replica, Client, options, time, completion);
        _keeper = new MembershipKeeper(replica, Client, Changes, options, time, logger);
        Requests = new MembershipRequests(replica, Client, Changes);
    }

    /// <summary>Asks other members.</summary>
    public MembershipClient Client { get; }

    /// <summary>Carries changes of the membership through.</summary>
    public MembershipChanges Changes { get; }

    /// <summary>Receives what other members send.</summary>
    public ITransportReceiver Requests { get; }

    /// <summary>The other members and their addresses, in order of id.</summary>
    public IReadOnlyList<MemberEndpoint> Peers => _peers.Peers;

    /// <summary>The replica is recovered.</summary>
    /// <param name="peers">The other members.</param>
    /// <param name="address">This member's address; null when none is known.</param>
    public void Begin(ImmutableArray<ClusterMember> peers, string? address)
    {
        Client.Address = address;
        UsePeers(peers);
    }

    /// <summary>Takes over the members that consensus knows.</summary>
    public void UsePeers(ImmutableArray<ClusterMember> peers)
    {
        _peers.Use(peers);
        Client.UpdateTransport();
    }

    /// <summary>Keeps this member in its cluster until the replica stops or leaves. A member without a transport has
    /// no one to ask.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public Task KeepAsync(CancellationToken cancellationToken) =>
        _transport.IsOpen ? _keeper.RunAsync(cancellationToken) : Task.CompletedTask;
}
