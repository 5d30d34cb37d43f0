using System.Collections.Immutable;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica;

/// <summary>Who belongs to the cluster and where, and what becomes of this member when it does not.</summary>
internal sealed partial class ReplicaHost
{
    private readonly Lock _peersGate = new();
    private Task _membershipKeeping = Task.CompletedTask;

    /// <summary>Carries changes of the membership through.</summary>
    public MembershipChanges Changes { get; }

    /// <summary>Where the others are.</summary>
    public PeerDirectory Peers { get; }

    /// <summary>Where the others find this member; null when nobody said.</summary>
    public string? Address { get; private set; }

    /// <summary>A request of this member.</summary>
    public MembershipRequest NewRequest(MembershipRequestKind kind) => new(kind, Self)
    {
        ClusterId = View!.CommittedConfiguration.ClusterId,
        ConfigurationIndex = View.ConfigurationIndex,
        Address = Address ?? "",
    };

    /// <summary>An answer of this member.</summary>
    public MembershipAnswer NewAnswer(MembershipAnswerStatus status) => new(status, Self)
    {
        ClusterId = View!.CommittedConfiguration.ClusterId,
        Leader = View.Leader,
    };

    /// <summary>What is known of a request that got no answer: a lost answer may have been a yes.</summary>
    public MembershipAnswer NewUnanswered(ConsensusStoreException failure) =>
        NewAnswer(failure is TransportException { IsUndelivered: true }
            ? MembershipAnswerStatus.Retry
            : MembershipAnswerStatus.Unclear) with
        {
            Text = failure.Message,
        };

    /// <summary>Everywhere that another member may be: where the membership says, and what the options list.</summary>
    public IReadOnlyList<string> KnownAddresses() =>
    [
        .. _options.JoinAddresses
            .Concat(Peers.Peers.Select(peer => peer.Address))
            .Concat(_options.Members.Where(member => member.Id != Self.Value).Select(member => member.Address))
            .Where(address => address != Address)
            .Distinct(),
    ];

    /// <summary>Asks another member.</summary>
    /// <exception cref="TransportException">There was no answer.</exception>
    public async Task<MembershipAnswer> AskAsync(
        string address, MembershipRequest request, CancellationToken cancellationToken)
    {
        ITransport transport = _transport
            ?? throw new TransportException("This member has no transport, or has stopped.") { IsUndelivered = true };
        using CancellationTokenSource timeout = new(MembershipChanges.AnswerTimeout, _time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, timeout.Token, _stopped.Token);
        try
        {
            ReadOnlyMemory<byte> answer = await transport
                .RequestAsync(address, MembershipCodec.Encode(request), ended.Token).ConfigureAwait(false);
            return MembershipCodec.DecodeAnswer(answer.Span);
        }
        catch (Exception exception) when (
            exception is ObjectDisposedException or ClusterConfigurationFormatException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new TransportException($"The member at {address} gave no answer in time, or none that is one.", exception);
        }
    }

    /// <summary>Reads something on the consensus lane.</summary>
    public Task<TAnswer> AskLaneAsync<TAnswer>(Func<ReplicaCore, TAnswer> read)
    {
        LoopQuery<TAnswer> query = new(read, Completion);
        _consensus!.Submit(query);
        return query.Task;
    }

    /// <summary>Another member says where it is.</summary>
    public void LearnAddress(MemberId member, string address)
    {
        if (Peers.Tell(member, address))
        {
            _logger.PeerMoved(Self, member, address);
            UsePeers();
        }
    }

    /// <summary>Takes the members of the cluster that this one joins.</summary>
    public void Introduce(ClusterConfiguration configuration)
    {
        Peers.Introduce(configuration);
        UsePeers();
    }

    /// <summary>Whether this member's own configuration says where its leader is; true when there is none.</summary>
    public bool KnowsLeader =>
        View!.Leader.IsNone || View.Leader == Self || View.Configuration.Contains(View.Leader);

    /// <summary>Goes by the own configuration alone again.</summary>
    public void ForgetIntroduced()
    {
        if (Peers.ForgetIntroduced())
        {
            UsePeers();
        }
    }

    /// <summary>Takes what another member knows, when no leader is heard of: where the others are, and whether this one
    /// still belongs to them.</summary>
    public async Task HeedAsync(MembershipAnswer answer)
    {
        RaftMessage told = new()
        {
            Type = RaftMessageType.MemberRefused, From = answer.From, To = Self, ClusterId = answer.ClusterId,
            Context = (ulong)RefusalReason.WrongCluster,
        };
        if (answer.Status == MembershipAnswerStatus.WrongCluster)
        {
            await _consensus!.ReceiveAsync(told).ConfigureAwait(false);
            return;
        }

        // Compared with what is committed here: a newer configuration in the own log may never be, and nobody
        // replicates to a member that is gone.
        if (answer.Configuration is not { } configuration
            || answer.ConfigurationIndex <= View!.CommittedConfigurationIndex)
        {
            return;
        }

        // An id that the cluster has not used yet was not removed: it may be on its way in.
        if (!configuration.Contains(Self) && configuration.WasUsed(Self))
        {
            told = told with { Type = RaftMessageType.MemberRemoved, Index = answer.ConfigurationIndex, Context = 0 };
            await _consensus!.ReceiveAsync(told).ConfigureAwait(false);
            return;
        }

        foreach (ClusterMember member in configuration.Members)
        {
            LearnAddress(member.Id, member.Address);
        }

        Introduce(configuration);
    }

    /// <summary>Ends this member's part in the cluster, to which it does not belong.</summary>
    /// <param name="reason">Why; what every call gets.</param>
    public void Leave(ConsensusStoreException reason) => _consensus!.Leave(reason);

    /// <inheritdoc />
    void IConsensusLoopEvents.PeersChanged(ImmutableArray<ClusterMember> peers)
    {
        Peers.Use(peers);
        UsePeers();
    }

    /// <inheritdoc />
    void IConsensusLoopEvents.Left(ConsensusStoreException reason)
    {
        _fault = reason;
        if (TryMove(StoreState.Running, StoreState.Removed) || TryMove(StoreState.Starting, StoreState.Removed)
            || TryMove(StoreState.Stopping, StoreState.Removed))
        {
            _apply?.Watches.End(reason);
        }

        _logger.Removed(Self, reason.Message);

        // What was said last, the call to a successor above all, is still on its way.
        _ = DisposeTransportLaterAsync();
    }

    /// <summary>Refuses the disk of another member. One without an owner has promised nothing yet, so it may be
    /// anybody's.</summary>
    private void CheckOwner(MemberId owner)
    {
        if (owner != Self && !owner.IsNone)
        {
            throw new MemberRefusedException(
                $"Member {Self} was started on the disk of member {owner}. What that member voted for and acknowledged "
                + $"binds it alone: two members on one disk could elect two leaders. Set MemberId to {owner} to run "
                + $"that member, or give member {Self} a folder of its own.");
        }
    }

    /// <summary>Decides what the membership begins with: the disk's counts, and the options only without one.</summary>
    private ClusterConfiguration Bootstrap(ClusterConfiguration? recovered)
    {
        if (recovered is null)
        {
            Address = _settings.Address;
            return _createTransport is null || Address is not null || _options.JoinAddresses.Count > 0
                ? _settings.Bootstrap
                : throw new MemberRefusedException(
                    $"Member {Self} has a transport and an empty disk, and its options name no member: it would found a "
                    + "cluster of its own. List the members of the cluster in Members, this one included (this one alone "
                    + "for a cluster of one), set AdvertisedAddress to found a cluster that others join, or set "
                    + "JoinAddresses to join one.");
        }

        ulong nameHash = ClusterIdentity.Of(_options.ClusterName);
        if (recovered.ClusterNameHash != nameHash && recovered.ClusterNameHash != 0)
        {
            throw new MemberRefusedException(
                $"The disk of member {Self} belongs to a cluster of another name than '{_options.ClusterName}'. Give "
                + "ClusterName the name that the cluster was founded with, or give this member its own disk.");
        }

        Address = _settings.Address ?? recovered.Find(Self)?.Address;
        if (_createTransport is null && recovered.Members.Any(member => member.Id != Self))
        {
            throw new TransportException(
                $"The cluster on the disk of member {Self} has other members, and this one has no transport: call "
                + "UseTcpTransport() on what AddConsensusStore returns.");
        }

        if (_options.Members.Count > 0 || _options.JoinAddresses.Count > 0)
        {
            _logger.OptionsIgnored(
                Self, string.Join(", ", recovered.Voters), string.Join(", ", recovered.Learners));
        }

        return RecoveredMembership.BaseOf(recovered, _settings.Bootstrap);
    }

    private void KeepMembership()
    {
        if (_transport is not null)
        {
            MembershipKeeper keeper = new(this, Changes, _options, _time, _logger);
            _membershipKeeping = keeper.RunAsync(_stopped.Token);
        }
    }

    private void UsePeers()
    {
        lock (_peersGate)
        {
            _transport?.SetPeers(Peers.Peers);
        }
    }

    private async Task DisposeTransportLaterAsync()
    {
        await Task.Delay(_options.ElectionTimeout, _time, _stopped.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeTransportAsync().ConfigureAwait(false);
    }
}
