using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Sends requests about the membership to other members, and takes over what their answers say about where
/// the members are and whether this one still belongs to them.</summary>
internal sealed class MembershipClient(
    IMembershipReplica replica, ReplicaTransport transport, PeerDirectory peers,
    ConsensusStoreOptions options, TimeProvider time, ILogger logger, CancellationToken stopped)
{
    /// <summary>The address at which the other members find this one; null when none is known.</summary>
    public string? Address { get; set; }

    /// <summary>Whether this member's configuration contains its leader; true when there is no leader.</summary>
    public bool KnowsLeader =>
        View.Leader.IsNone || View.Leader == replica.Self || View.Configuration.Contains(View.Leader);

    private ReplicaView View => replica.View!;

    // A member that was killed soon after the founding may not know that it was committed. It shows the id all the
    // same: those that go by it hear the member, at a new address too, and a cluster that came of another founding only
    // answers that the id is not its own.
    private ulong ShownClusterId => View.CommittedConfiguration.ClusterId is not 0 and ulong committed
        ? committed
        : View.Configuration.ClusterId;

    /// <summary>The address of a member, or null when none is known.</summary>
    public string? Find(MemberId member) => peers.Find(member);

    /// <summary>A request of this member.</summary>
    public MembershipRequest NewRequest(MembershipRequestKind kind) => new(kind, replica.Self)
    {
        ClusterId = ShownClusterId,
        ConfigurationIndex = View.ConfigurationIndex,
        Incarnation = replica.Incarnation,
        Address = Address ?? "",
    };

    /// <summary>An answer of this member.</summary>
    public MembershipAnswer NewAnswer(MembershipAnswerStatus status) => new(status, replica.Self)
    {
        ClusterId = View.CommittedConfiguration.ClusterId,
        Leader = View.Leader,
        Incarnation = replica.Incarnation,
        Founder = View.Founder,
    };

    /// <summary>The answer to a request that got none: a lost answer may have been a yes.</summary>
    public MembershipAnswer NewUnanswered(ConsensusStoreException failure) =>
        NewAnswer(failure is TransportException { IsUndelivered: true }
            ? MembershipAnswerStatus.Retry
            : MembershipAnswerStatus.Unclear) with
        {
            Text = failure.Message,
        };

    /// <summary>Every address at which another member may be: those of the membership and those of the options.
    /// </summary>
    public IReadOnlyList<string> KnownAddresses() =>
    [
        .. options.JoinAddresses
            .Concat(peers.Peers.Select(peer => peer.Address))
            .Concat(options.Members.Where(member => member.Id != replica.Self.Value).Select(member => member.Address))
            .Where(known => known != Address)
            .Distinct(),
    ];

    /// <summary>Sends a request to another member.</summary>
    /// <exception cref="TransportException">It did not reply in time, or sent an invalid reply.</exception>
    public async Task<MembershipAnswer> AskAsync(
        string member, MembershipRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(MembershipChanges.AnswerTimeout, time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, timeout.Token, stopped);
        try
        {
            ReadOnlyMemory<byte> answer = await transport
                .RequestAsync(member, MembershipCodec.Encode(request), ended.Token).ConfigureAwait(false);
            return MembershipCodec.DecodeAnswer(answer.Span);
        }
        catch (Exception exception) when (
            exception is ObjectDisposedException or ClusterConfigurationFormatException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TransportException(
                $"The member at {member} did not reply in time, or sent an invalid reply.", exception);
        }
    }

    /// <summary>Asks a member what it knows, without telling it anything.</summary>
    /// <returns>The answer; null when there is none within an election timeout.</returns>
    public async Task<MembershipAnswer?> TryAskAsync(string address, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(options.ElectionTimeout, time);
        using CancellationTokenSource ended =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await AskAsync(address, NewRequest(MembershipRequestKind.Found), ended.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is TransportException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Whether the sender of a request claims the id of a process that runs at the address known here. Its
    /// disk is then a copy, and the messages to that member must not go to it.</summary>
    /// <returns>The address of the other process; null when there is none, or the address is no news.</returns>
    public async Task<string?> FindTwinAsync(MembershipRequest request, CancellationToken cancellationToken) =>
        peers.Find(request.From) is { } known && request.Address.Length > 0 && known != request.Address
        && await TryAskAsync(known, cancellationToken).ConfigureAwait(false) is { } answer
        && answer.From == request.From && answer.Incarnation != request.Incarnation
            ? known
            : null;

    /// <summary>What a process is told that runs under the id of another one.</summary>
    /// <param name="member">The id.</param>
    /// <param name="address">Where the other process is.</param>
    public static string TwinAt(MemberId member, string address) =>
        $"Member {member} already runs: the process at {address} answers under its id. Two processes under one id "
        + "could elect two leaders. Stop that process first, or give this one an id and a directory of its own.";

    /// <summary>Another member says where it is.</summary>
    public void LearnAddress(MemberId member, string memberAddress)
    {
        if (peers.Tell(member, memberAddress))
        {
            logger.PeerMoved(replica.Self, member, memberAddress);
            UpdateTransport();
        }
    }

    /// <summary>Takes over the members of a cluster that this one joins, or of which it knows less.</summary>
    public void Introduce(ClusterConfiguration configuration)
    {
        peers.Introduce(configuration);
        UpdateTransport();
    }

    /// <summary>Returns to the members of the own configuration alone.</summary>
    public void ForgetIntroduced()
    {
        if (peers.ForgetIntroduced())
        {
            UpdateTransport();
        }
    }

    /// <summary>Lets the transport send to the members that are known now.</summary>
    public void UpdateTransport() => transport.SetPeers(() => peers.Peers);

    /// <summary>Takes over what another member knows while there is no leader: where the others are, and whether this
    /// one still belongs to them.</summary>
    public async Task HeedAsync(MembershipAnswer answer)
    {
        RaftMessage message = new()
        {
            Type = RaftMessageType.MemberRefused, From = answer.From, To = replica.Self, ClusterId = answer.ClusterId,
            Context = (ulong)RefusalReason.WrongCluster,
        };
        if (answer.Status == MembershipAnswerStatus.WrongCluster)
        {
            await replica.ReceiveAsync(message).ConfigureAwait(false);
            return;
        }

        // Compared with what is committed here: a newer configuration in the own log may never be, and no leader
        // replicates to a member that is removed.
        if (answer.Configuration is not { } configuration
            || answer.ConfigurationIndex <= View.CommittedConfigurationIndex)
        {
            return;
        }

        // An id that the cluster has not used yet was not removed: it may be about to be added.
        if (!configuration.Contains(replica.Self) && configuration.WasUsed(replica.Self))
        {
            message = message with
            {
                Type = RaftMessageType.MemberRemoved, Index = answer.ConfigurationIndex, Context = 0,
            };
            await replica.ReceiveAsync(message).ConfigureAwait(false);
            return;
        }

        foreach (ClusterMember member in configuration.Members)
        {
            LearnAddress(member.Id, member.Address);
        }

        Introduce(configuration);
    }
}
