using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>
/// Keeps this member in its cluster: it asks to be taken in, tells where the member is when the cluster has another
/// address, and, while no leader is heard of, asks the others whether it still belongs.
/// </summary>
/// <remarks>The others may have nobody to tell: a member that was removed while it was away, or that moved, is no peer
/// of theirs under the address that it has. So it asks, rather than that they tell.</remarks>
internal sealed class MembershipKeeper(
    ReplicaHost host, MembershipChanges changes, ConsensusStoreOptions options, TimeProvider time, ILogger logger)
{
    private const int MaxBackoff = 5;

    private readonly HashSet<string> _strangers = [];
    private string _lastTrouble = "";

    /// <summary>Runs until the replica stops or leaves.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (host.State == StoreState.Running && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await KeepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong: a member that nobody keeps in its cluster would be lost to it for good.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.MembershipMaintenanceFailed(host.Self, exception);
                await Task.Delay(options.ElectionTimeout, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (host.View!.Membership == MembershipState.Joining && options.JoinAddresses.Count > 0)
        {
            await JoinAsync(cancellationToken).ConfigureAwait(false);
        }

        bool wasLeaderless = IsMisplaced();
        while (host.State == StoreState.Running)
        {
            bool isLeaderless = host.View!.Leader.IsNone || !host.KnowsLeader;
            if (!isLeaderless)
            {
                host.ForgetIntroduced();
            }

            if (isLeaderless && wasLeaderless)
            {
                await IntroduceAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (IsMisplaced())
            {
                await TellAddressAsync(cancellationToken).ConfigureAwait(false);
            }

            wasLeaderless = isLeaderless;
            await Task.Delay(options.ElectionTimeout, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the cluster has another address for this member than the one that it runs at.</summary>
    private bool IsMisplaced() =>
        host.Address is { } address && host.View!.Configuration.Find(host.Self) is { } record && record.Address != address;

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        MemberEndpoint self = new(host.Self, host.Address!);
        ConfigurationChange change =
            options.JoinAsLearner ? ConfigurationChange.AddLearner(self) : ConfigurationChange.AddVoter(self);
        logger.Joining(host.Self, self.Address, string.Join(", ", options.JoinAddresses));
        int failures = 0;
        for (int attempt = 0; host.State == StoreState.Running; attempt++)
        {
            if (host.View!.CommittedConfiguration.Contains(host.Self))
            {
                logger.Joined(host.Self, host.View.CommittedConfiguration.ClusterId);
                return;
            }

            IReadOnlyList<string> addresses = host.KnownAddresses();
            string address = addresses[attempt % addresses.Count];
            MembershipRequest request = host.NewRequest(MembershipRequestKind.Join) with { Change = change };
            failures = await TryJoinAsync(address, request, cancellationToken).ConfigureAwait(false) ? 0 : failures + 1;
            TimeSpan pause = options.ElectionTimeout * Math.Min(MaxBackoff, 1 + (failures / Math.Max(1, addresses.Count)));
            await Task.Delay(failures < addresses.Count ? options.HeartbeatInterval : pause, time, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <returns>Whether the cluster has taken note of this member.</returns>
    private async Task<bool> TryJoinAsync(
        string address, MembershipRequest request, CancellationToken cancellationToken)
    {
        MembershipAnswer answer;
        try
        {
            answer = await host.AskAsync(address, request, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            LeaveForStrangers(address, exception);
            ReportTrouble(address, exception.Message);
            return false;
        }

        if (answer.Status is MembershipAnswerStatus.Done or MembershipAnswerStatus.Pending)
        {
            host.Introduce(answer.Configuration!);
            return true;
        }

        bool isFinal = answer.Status == MembershipAnswerStatus.Refused
            && answer.Refusal is MembershipRefusal.MemberIdUsed or MembershipRefusal.InvalidAddress;
        if (isFinal && host.View!.Membership == MembershipState.Joining)
        {
            host.Leave(new MemberRefusedException($"The cluster does not take member {host.Self} in: {answer.Text}"));
        }

        ReportTrouble(address, answer.Text);
        return false;
    }

    /// <summary>When all addresses are those of other clusters' members, waiting helps nobody.</summary>
    private void LeaveForStrangers(string address, TransportException exception)
    {
        if (exception.IsWrongCluster && _strangers.Add(address)
            && options.JoinAddresses.All(other => other == host.Address || _strangers.Contains(other)))
        {
            host.Leave(new MemberRefusedException(
                $"Member {host.Self} is to join the cluster '{options.ClusterName}', and all addresses that it was "
                + $"given belong to clusters of other names: {exception.Message} Check ClusterName and JoinAddresses.", exception));
        }
    }

    private async Task TellAddressAsync(CancellationToken cancellationToken)
    {
        MemberEndpoint self = new(host.Self, host.Address!);
        try
        {
            await changes.ChangeAsync(ConfigurationChange.Update(self), cancellationToken).ConfigureAwait(false);
            logger.Moved(self.Id, self.Address);
        }
        catch (ConsensusStoreException exception)
        {
            ReportTrouble("the leader", exception.Message);
        }
    }

    /// <summary>Shows this member to all others that it knows of, and asks what they know of it.</summary>
    private async Task IntroduceAsync(CancellationToken cancellationToken)
    {
        MembershipRequest request = host.NewRequest(MembershipRequestKind.Introduce);
        await Task.WhenAll(host.KnownAddresses().Select(address => IntroduceAsync(address, request, cancellationToken)))
            .ConfigureAwait(false);
    }

    private async Task IntroduceAsync(string address, MembershipRequest request, CancellationToken cancellationToken)
    {
        try
        {
            MembershipAnswer answer = await host.AskAsync(address, request, cancellationToken).ConfigureAwait(false);
            if (answer.Status == MembershipAnswerStatus.WrongCluster)
            {
                ReportTrouble(address, answer.Text);
            }

            await host.HeedAsync(answer).ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // Nobody is there now. What cannot be reached at all is reported by the transport.
        }
    }

    private void ReportTrouble(string address, string trouble)
    {
        // The same every second is told once.
        if (Interlocked.Exchange(ref _lastTrouble, trouble) != trouble)
        {
            logger.MembershipRequestFailed(host.Self, address, trouble);
        }
    }
}
