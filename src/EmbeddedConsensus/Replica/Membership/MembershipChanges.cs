using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>
/// Carries changes of the membership through: the leader proposes them, another member sends them to the leader, and
/// repeats that while there is none. Changes are idempotent, so that neither a lost answer nor a lost leader matters.
/// </summary>
/// <remarks>No request stays open for as long as a new member needs to catch up: the leader answers that the change is
/// under way, and is asked again. It finds the change by its content, also when another leader began it.</remarks>
internal sealed class MembershipChanges(
    IMembershipReplica replica, MembershipClient client, ConsensusStoreOptions options, TimeProvider time,
    CallCompletion completion)
{
    private const int MaxRunning = 64;

    // How long the leader delays its answer that a change is still under way.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<ConfigurationChange, ConfigurationChangeCall> _running = [];

    /// <summary>How long an answer may take before another member is asked.</summary>
    public static TimeSpan AnswerTimeout { get; } = TimeSpan.FromSeconds(5) + LongPoll;

    private TimeSpan RetryInterval => options.HeartbeatInterval;

    /// <summary>Carries a change through, from any member.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer of the leader that finished it.</returns>
    /// <exception cref="MembershipChangeRefusedException">The leader refuses.</exception>
    /// <exception cref="QuorumUnavailableException">No leader took it within the request timeout.</exception>
    /// <exception cref="OutcomeUnknownException">It was accepted, or may have been, and then no leader was found for a
    /// request timeout.</exception>
    public async Task<MembershipAnswer> ChangeAsync(ConfigurationChange change, CancellationToken cancellationToken)
    {
        bool mayBeTaken = false;
        string trouble = "No leader is known.";
        long heard = time.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            if (IsOwnRemoval(change))
            {
                return client.NewAnswer(MembershipAnswerStatus.Done) with
                {
                    Configuration = replica.View!.CommittedConfiguration,
                    ConfigurationIndex = replica.View.CommittedConfigurationIndex,
                };
            }

            replica.ThrowIfNotRunning();
            MembershipRequest request = client.NewRequest(MembershipRequestKind.Change) with { Change = change };
            MembershipAnswer answer = await TryAsync(request, attempt, cancellationToken).ConfigureAwait(false);
            switch (answer.Status)
            {
                case MembershipAnswerStatus.Done:
                    return answer;
                case MembershipAnswerStatus.Refused:
                    throw new MembershipChangeRefusedException(answer.Refusal, answer.Text);
                case MembershipAnswerStatus.Pending:
                    mayBeTaken = true;
                    heard = time.GetTimestamp();
                    continue;
                case MembershipAnswerStatus.Unclear:
                    mayBeTaken = true;
                    trouble = answer.Text;
                    break;
                default:
                    trouble = answer.Text;
                    break;
            }

            if (options.RequestTimeout != Timeout.InfiniteTimeSpan
                && time.GetElapsedTime(heard) >= options.RequestTimeout)
            {
                throw GiveUp(mayBeTaken, trouble);
            }

            await Task.Delay(RetryInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Accepts a change as the leader, and waits briefly for its end.</summary>
    /// <param name="request">A request to change or to join.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<MembershipAnswer> AtLeaderAsync(MembershipRequest request, CancellationToken cancellationToken)
    {
        bool joins = request.Kind == MembershipRequestKind.Join;
        if (joins && RefusalOfJoin(request) is { } refusal)
        {
            return refusal;
        }

        if (Run(request.Change!) is not { } call)
        {
            return client.NewAnswer(MembershipAnswerStatus.Retry) with
            {
                Text = $"{MaxRunning} membership changes are under way. Try again when they are done.",
            };
        }

        try
        {
            (ClusterConfiguration configuration, ulong index) = await call.Task
                .WaitAsync(joins ? options.HeartbeatInterval : LongPoll, time, cancellationToken).ConfigureAwait(false);
            return client.NewAnswer(MembershipAnswerStatus.Done) with
            {
                Configuration = configuration, ConfigurationIndex = index,
            };
        }
        catch (TimeoutException)
        {
            return UnderWay(request, call);
        }
        catch (MembershipChangeRefusedException exception)
        {
            bool isOver = exception.Reason is not (MembershipRefusal.NotLeader or MembershipRefusal.NotReady);
            return client.NewAnswer(isOver ? MembershipAnswerStatus.Refused : NotFinished(call)) with
            {
                Refusal = exception.Reason, Text = exception.Message,
            };
        }
        catch (ConsensusStoreException exception)
        {
            return client.NewAnswer(NotFinished(call)) with { Text = exception.Message };
        }
    }

    /// <summary>Whether this member has learned of its removal before the answer to its own request for that.</summary>
    private bool IsOwnRemoval(ConfigurationChange change) =>
        change.Kind == ConfigurationChangeKind.Remove && change.Member == replica.Self
        && replica.State == StoreState.Removed && replica.Fault is MemberRemovedException;

    /// <summary>Asks the leader, or when none is known the next of the other members.</summary>
    private async Task<MembershipAnswer> TryAsync(
        MembershipRequest request, int attempt, CancellationToken cancellationToken)
    {
        ReplicaView view = replica.View!;
        if (view.Role == ReplicaRole.Leader)
        {
            return await AtLeaderAsync(request, cancellationToken).ConfigureAwait(false);
        }

        string? leader = client.Find(view.Leader);
        IReadOnlyList<string> others = client.KnownAddresses();
        if (leader is null && others.Count == 0)
        {
            return client.NewAnswer(MembershipAnswerStatus.Retry) with
            {
                Text = "No leader is known, and no other member that could be asked for one.",
            };
        }

        try
        {
            return await client.AskAsync(
                leader ?? others[attempt % others.Count], request with { IsForLeader = leader is not null },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ConsensusStoreException exception) when (exception is not MemberRemovedException)
        {
            return client.NewUnanswered(exception);
        }
    }

    private ConfigurationChangeCall? Run(ConfigurationChange change)
    {
        ConfigurationChangeCall call;
        lock (_gate)
        {
            if (_running.TryGetValue(change, out ConfigurationChangeCall? running) && !running.HasEnded)
            {
                return running;
            }

            if (_running.Count >= MaxRunning)
            {
                return null;
            }

            call = new ConfigurationChangeCall(completion) { Change = change };
            _running[change] = call;
        }

        _ = ForgetWhenDoneAsync(call);
        replica.Submit(call);
        return call;
    }

    private async Task ForgetWhenDoneAsync(ConfigurationChangeCall call)
    {
        await ((Task)call.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_running.TryGetValue(call.Change, out ConfigurationChangeCall? running) && running == call)
            {
                _running.Remove(call.Change);
            }
        }
    }

    /// <summary>The answer to a call that ended without its change. What a leader began, the next one may finish.
    /// </summary>
    private static MembershipAnswerStatus NotFinished(ConfigurationChangeCall call) =>
        call.IsAccepted ? MembershipAnswerStatus.Unclear : MembershipAnswerStatus.Retry;

    private MembershipAnswer UnderWay(MembershipRequest request, ConfigurationChangeCall call)
    {
        ReplicaView view = replica.View!;
        bool goesOn = request.Kind == MembershipRequestKind.Join
            ? view.Configuration.Contains(request.From)
            : call.IsAccepted;
        return goesOn
            ? client.NewAnswer(MembershipAnswerStatus.Pending) with
            {
                Configuration = view.Configuration, ConfigurationIndex = view.ConfigurationIndex,
            }
            : client.NewAnswer(MembershipAnswerStatus.Unclear) with
            {
                Text = "The leader has not begun the change: an earlier one is not committed yet.",
            };
    }

    /// <summary>A member that once held log entries and now has an empty disk has lost its votes, so it may not rejoin
    /// under the same id.</summary>
    private MembershipAnswer? RefusalOfJoin(MembershipRequest request)
    {
        ClusterConfiguration configuration = replica.View!.Configuration;
        return request.ConfigurationIndex == 0 && configuration.Find(request.From) is { HasStarted: true } member
            ? client.NewAnswer(MembershipAnswerStatus.Refused) with
            {
                Refusal = MembershipRefusal.MemberIdUsed,
                Text = $"Member {member.Id} belongs to the cluster and has run before, at '{member.Address}'; now its "
                    + "disk is empty. Its votes and acknowledgements are lost with the old disk. Restore that disk; or "
                    + $"remove the member and add it again under an id {ChangeRefusalText.UnusedIds(configuration)}.",
            }
            : null;
    }

    private static ConsensusStoreException GiveUp(bool mayBeTaken, string trouble) => mayBeTaken
        ? new OutcomeUnknownException(
            "The membership change may have been accepted, but its outcome could not be confirmed: "
            + $"{trouble} It may still take effect. Repeat the call: a change that is done is not done twice.")
        : new QuorumUnavailableException(
            $"No leader accepted the membership change within the request timeout: {trouble} Check that a majority of "
            + "the members is up and reachable.");
}
