using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>
/// Keeps this member in its cluster: it asks to join, reports a changed address, and while it hears of no leader asks
/// the other members whether it still belongs.
/// </summary>
/// <remarks>The others cannot reach a member that was removed while it was down, or that moved: it is no peer of theirs
/// under its present address. So this member asks, instead of waiting to be told.</remarks>
internal sealed class MembershipKeeper(
    IMembershipReplica replica,
    MembershipClient client,
    MembershipChanges changes,
    ConsensusStoreOptions options,
    TimeProvider time,
    ILogger logger)
{
    private const int MaxBackoff = 5;

    private readonly FoundingInquiry _founding = new(replica, client, options, time, logger);
    private readonly HashSet<string> _strangers = [];
    private string _lastTrouble = "";
    private int _attempts;

    /// <summary>Runs until the replica stops or leaves.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (replica.State == StoreState.Running && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                // It returns when the replica has stopped or is about to leave.
                await KeepAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A member that stopped asking would be lost to its cluster for good.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.MembershipMaintenanceFailed(replica.Self, exception);
                await Task.Delay(options.ElectionTimeout, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (await _founding.LeaveForTwinAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        if (replica.View!.Membership == MembershipState.Joining && options.JoinAddresses.Count > 0)
        {
            await JoinAsync(cancellationToken).ConfigureAwait(false);
        }

        bool wasLeaderless = IsMisplaced();
        while (replica.State == StoreState.Running)
        {
            await _founding.RunAsync(cancellationToken).ConfigureAwait(false);
            bool isLeaderless = replica.View!.Leader.IsNone || !client.KnowsLeader;
            if (!isLeaderless)
            {
                client.ForgetIntroduced();
            }

            if (isLeaderless && wasLeaderless)
            {
                await FindLeaderAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (IsMisplaced())
            {
                await TellAddressAsync(cancellationToken).ConfigureAwait(false);
            }

            wasLeaderless = isLeaderless;
            await Task.Delay(options.ElectionTimeout, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the others where the leader is. A member whose own addition was truncated while it was away holds
    /// it forever, because no leader replicates to it: it asks to join again, which changes nothing if it is a member.
    /// </summary>
    private async Task FindLeaderAsync(CancellationToken cancellationToken)
    {
        await IntroduceAsync(cancellationToken).ConfigureAwait(false);
        if (options.JoinAddresses.Count > 0 && replica.State == StoreState.Running
            && !replica.View!.CommittedConfiguration.Contains(replica.Self))
        {
            await TryJoinAsync(NextAddress(), cancellationToken).ConfigureAwait(false);
        }
    }

    private string NextAddress()
    {
        IReadOnlyList<string> addresses = client.KnownAddresses();
        return addresses[_attempts++ % addresses.Count];
    }

    /// <summary>Whether the cluster has an outdated address for this member.</summary>
    private bool IsMisplaced() =>
        client.Address is { } address
        && replica.View!.Configuration.Find(replica.Self) is { } record
        && record.Address != address;

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        logger.Joining(replica.Self, client.Address!, string.Join(", ", options.JoinAddresses));
        int failures = 0;
        while (replica.State == StoreState.Running)
        {
            if (replica.View!.CommittedConfiguration.Contains(replica.Self))
            {
                logger.Joined(replica.Self, replica.View.CommittedConfiguration.ClusterId);
                return;
            }

            int addresses = client.KnownAddresses().Count;
            failures = await TryJoinAsync(NextAddress(), cancellationToken).ConfigureAwait(false) ? 0 : failures + 1;
            TimeSpan pause = options.ElectionTimeout * Math.Min(MaxBackoff, 1 + (failures / Math.Max(1, addresses)));
            await Task.Delay(failures < addresses ? options.HeartbeatInterval : pause, time, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <returns>Whether the cluster accepted the request.</returns>
    private async Task<bool> TryJoinAsync(string address, CancellationToken cancellationToken)
    {
        MemberEndpoint self = new(replica.Self, client.Address!);
        MembershipRequest request = client.NewRequest(MembershipRequestKind.Join) with
        {
            Change = options.JoinAsLearner
                ? ConfigurationChange.AddLearner(self)
                : ConfigurationChange.AddVoter(self),
        };
        MembershipAnswer answer;
        try
        {
            answer = await client.AskAsync(address, request, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            LeaveForStrangers(address, exception);
            ReportTrouble(address, exception.Message);
            return false;
        }

        if (answer.Status is MembershipAnswerStatus.Done or MembershipAnswerStatus.Pending)
        {
            client.Introduce(answer.Configuration!);
            return true;
        }

        bool isFinal = answer.Status == MembershipAnswerStatus.Refused
            && answer.Refusal is MembershipRefusal.MemberIdUsed or MembershipRefusal.InvalidAddress;
        if (isFinal && replica.View!.Membership == MembershipState.Joining)
        {
            replica.Leave(new MemberRefusedException($"The cluster refuses member {replica.Self}: {answer.Text}"));
        }

        ReportTrouble(address, answer.Text);
        return false;
    }

    /// <summary>Leaves when every address is that of another cluster's member: waiting cannot help.</summary>
    private void LeaveForStrangers(string address, TransportException exception)
    {
        if (exception.IsWrongCluster && _strangers.Add(address)
            && options.JoinAddresses.All(other => other == client.Address || _strangers.Contains(other)))
        {
            replica.Leave(new MemberRefusedException(
                $"Member {replica.Self} is to join the cluster '{options.ClusterName}', and all addresses that it was "
                + $"given belong to clusters of other names: {exception.Message} Check ClusterName and JoinAddresses.",
                exception));
        }
    }

    private async Task TellAddressAsync(CancellationToken cancellationToken)
    {
        MemberEndpoint self = new(replica.Self, client.Address!);
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

    /// <summary>Introduces this member to all others that it knows of, and asks what they know of it.</summary>
    private async Task IntroduceAsync(CancellationToken cancellationToken)
    {
        MembershipRequest request = client.NewRequest(MembershipRequestKind.Introduce);
        await Task
            .WhenAll(client.KnownAddresses().Select(address => IntroduceAsync(address, request, cancellationToken)))
            .ConfigureAwait(false);
    }

    private async Task IntroduceAsync(string address, MembershipRequest request, CancellationToken cancellationToken)
    {
        try
        {
            MembershipAnswer answer = await client.AskAsync(address, request, cancellationToken).ConfigureAwait(false);
            if (answer.Status == MembershipAnswerStatus.Refused)
            {
                replica.Leave(new MemberRefusedException(answer.Text));
                return;
            }

            if (answer.Status == MembershipAnswerStatus.WrongCluster)
            {
                ReportTrouble(address, answer.Text);
            }

            await client.HeedAsync(answer).ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // That member is down. The transport reports addresses that cannot be reached.
        }
    }

    private void ReportTrouble(string address, string trouble)
    {
        // The same trouble is reported once.
        if (Interlocked.Exchange(ref _lastTrouble, trouble) != trouble)
        {
            logger.MembershipRequestFailed(replica.Self, address, trouble);
        }
    }
}
