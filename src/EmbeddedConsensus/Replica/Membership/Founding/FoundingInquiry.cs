using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Raft;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Asks the other founders what they hold, until consensus needs no more reports
/// (<see cref="Founding"/>).</summary>
internal sealed class FoundingInquiry
{
    private static readonly TimeSpan ReminderInterval = TimeSpan.FromSeconds(30);

    private readonly IMembershipReplica _replica;
    private readonly MembershipClient _client;
    private readonly ConsensusStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private string _logged = "";
    private long _loggedAt;

    /// <summary>Creates the inquiry of a recovered replica.</summary>
    public FoundingInquiry(
        IMembershipReplica replica, MembershipClient client, ConsensusStoreOptions options, TimeProvider time,
        ILogger logger)
    {
        _replica = replica;
        _client = client;
        _options = options;
        _time = time;
        _logger = logger;
        _loggedAt = time.GetTimestamp();
    }

    /// <summary>Asks again and again, until a leader is there, the founders have agreed, or this member is
    /// refused.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_replica.State == StoreState.Running && _replica.View!.IsAskingFounders)
        {
            ClusterConfiguration founders = _replica.View.Configuration;
            FounderAnswer[] answers = await Task.WhenAll(_options.Members.Select(
                member => AskAsync(new MemberEndpoint(new MemberId(member.Id), member.Address), cancellationToken)))
                .ConfigureAwait(false);
            FoundingVerdict verdict = new FoundingRound(_replica.Self, _replica.Incarnation, _options.ClusterName)
                .Judge(founders, answers);
            if (verdict.Refusal is { } refusal)
            {
                _replica.Leave(new MemberRefusedException(refusal));
                return;
            }

            _replica.TakeReports(verdict.Reports);
            LogWaits(verdict.Waits);
            await Task.Delay(_options.HeartbeatInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves if another process answers under this member's id at an address where the cluster, or the list
    /// of members, has this member.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether there is one.</returns>
    public async Task<bool> LeaveForTwinAsync(CancellationToken cancellationToken)
    {
        if (_client.Address is not { } own
            || _replica.View!.Configuration.Find(_replica.Self)?.Address is not { Length: > 0 } known || known == own)
        {
            return false;
        }

        MembershipAnswer? answer = await _client.TryAskAsync(known, cancellationToken).ConfigureAwait(false);
        bool isTwin = answer is not null && answer.From == _replica.Self && answer.Incarnation != _replica.Incarnation;
        if (isTwin)
        {
            _replica.Leave(new MemberRefusedException(MembershipClient.TwinAt(_replica.Self, known)));
        }

        return isTwin;
    }

    private async Task<FounderAnswer> AskAsync(MemberEndpoint member, CancellationToken cancellationToken) =>
        new(member, await _client.TryAskAsync(member.Address, cancellationToken).ConfigureAwait(false));

    /// <summary>Logs what the founding waits for: after an election timeout, when it changes, and from time to time.
    /// </summary>
    private void LogWaits(string waits)
    {
        TimeSpan pause = waits == _logged ? ReminderInterval : _options.ElectionTimeout;
        if (waits.Length > 0 && _time.GetElapsedTime(_loggedAt) >= pause)
        {
            _loggedAt = _time.GetTimestamp();
            _logged = waits;
            _logger.FoundingWaits(_replica.Self, _options.ClusterName, waits);
        }
    }
}
