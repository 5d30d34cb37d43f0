using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Tests.Raft;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>What callers of membership changes are told, at a member whose peers the test plays.</summary>
public sealed class ConfigurationTrackerTests
{
    private static readonly MemberEndpoint Fourth = new(new MemberId(4), "m4");

    [Fact]
    public void A_change_completes_when_the_whole_of_it_is_committed()
    {
        Lone lone = new(1);
        Call change = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(change);

        // A learner that has not answered yet: the plan is committed, and the caller waits.
        lone.Turn();
        Assert.False(change.HasEnded);
        Assert.Equal<MemberId>([new MemberId(4)], lone.Core.Node.CommittedConfiguration.Learners);

        for (int tick = 0; tick < 10 && !change.HasEnded; tick++)
        {
            lone.AcknowledgeAll(4);
            lone.Core.Tick();
            lone.Turn();
        }

        Assert.Equal<MemberId>([new MemberId(1), new MemberId(4)], change.Completed!.Voters);
        Assert.Empty(change.Completed.OutgoingVoters);
        Assert.Equal(lone.Core.Node.CommittedConfigurationIndex, change.CompletedIndex);
    }

    [Fact]
    public void What_is_already_so_completes_at_once_and_changes_nothing()
    {
        Lone lone = new(1);
        Call change = new(ConfigurationChange.AddVoter(new MemberEndpoint(new MemberId(1), "m1")));
        lone.Core.Submit(change);
        lone.Turn();

        Assert.Equal<MemberId>([new MemberId(1)], change.Completed!.Voters);
        Assert.Equal(0UL, change.CompletedIndex);
    }

    [Fact]
    [Trait("Scenario", "26")]
    public void Changes_wait_for_each_other_and_are_taken_up_one_by_one()
    {
        Lone lone = new(1);
        Call[] changes =
        [
            .. Enumerable.Range(5, 3).Select(id => new Call(ConfigurationChange.AddLearner(
                new MemberEndpoint(new MemberId((ulong)id), $"m{id}")))),
        ];
        foreach (Call change in changes)
        {
            lone.Core.Submit(change);
        }

        lone.Turn();

        Assert.All(changes, change => Assert.NotNull(change.Completed));
        Assert.Equal([3, 2, 1], changes.Reverse().Select(change => change.Completed!.Learners.Length));
    }

    [Fact]
    public void A_change_whose_plan_is_cancelled_is_refused()
    {
        Lone lone = new(1);
        Call change = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(change);
        lone.Turn();
        Call cancel = new(ConfigurationChange.CancelPlan());
        lone.Core.Submit(cancel);
        lone.Turn();

        Assert.NotNull(cancel.Completed);
        Assert.Equal(MembershipRefusal.PlanCancelled, change.Refusal?.Kind);
        Assert.Empty(lone.Core.Node.Configuration.PlannedVoters);
    }

    [Fact]
    public void A_refused_change_says_why()
    {
        Lone lone = new(1);
        Call change = new(ConfigurationChange.Remove(new MemberId(1)));
        lone.Core.Submit(change);
        lone.Turn();

        Assert.Equal(new ChangeRefusal.OnlyVoter(new MemberId(1)), change.Refusal);
    }

    [Fact]
    public void A_member_that_does_not_lead_says_who_does()
    {
        Lone lone = new(3);
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = 7 });
        Call change = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(change);
        lone.Turn();

        Assert.Equal((MembershipRefusal.NotLeader, new MemberId(2)), (change.Refusal?.Kind ?? default, change.Leader));
    }

    [Fact]
    public void A_change_that_was_begun_ends_with_the_leadership_and_can_be_asked_for_again()
    {
        Lone lone = new(1);
        Call change = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(change);
        lone.Turn();
        lone.Receive(4, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = 9 });
        lone.Turn();

        Assert.Equal(MembershipRefusal.NotLeader, change.Refusal?.Kind);
    }

    [Fact]
    public void A_change_that_cannot_be_begun_fails_when_its_time_is_over_and_one_that_was_begun_waits_on()
    {
        // The founding entry is never durable, so nothing is committed in the term.
        Lone lone = new(1, requestTimeoutTicks: 20) { CompletesAppends = false };
        Call change = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(change);
        for (int tick = 0; tick < 20; tick++)
        {
            Assert.Null(change.Failure);
            lone.Core.Tick();
            lone.Turn();
        }

        Assert.IsType<QuorumUnavailableException>(change.Failure);
        lone.CompletesAppends = true;
        lone.CompleteAppends();
        Call begun = new(ConfigurationChange.AddVoter(Fourth));
        lone.Core.Submit(begun);
        for (int tick = 0; tick < 60; tick++)
        {
            lone.Core.Tick();
            lone.Turn();
        }

        Assert.False(begun.HasEnded);
        Assert.True(begun.IsAccepted);
    }

    [Fact]
    public void Changes_that_wait_are_bounded_and_end_with_the_replica()
    {
        Lone lone = new(1, maxPendingChanges: 2) { CompletesAppends = false };
        Call[] changes = [.. Enumerable.Range(0, 3).Select(_ => new Call(ConfigurationChange.AddVoter(Fourth)))];
        foreach (Call change in changes.Where(lone.Core.Admission.TryAdmit))
        {
            lone.Core.Submit(change);
        }

        Assert.IsType<TooManyRequestsException>(changes[2].Failure);
        StoreStoppedException reason = new("stopped");
        lone.Core.FailAll(reason);
        Assert.All(changes[..2], change => Assert.Same(reason, change.Failure));
    }

    private sealed class Lone
    {
        private readonly Queue<ulong> _appends = new();

        public Lone(int voters, ulong requestTimeoutTicks = 0, int maxPendingChanges = 64)
        {
            ClusterConfiguration bootstrap =
                ConfigurationText.Settled(Enumerable.Range(1, voters).Select(id => (ulong)id));
            RaftNode node = new(
                new RaftOptions { Id = new MemberId(1), Seed = 1, PreVote = false, CheckQuorum = false },
                RecoveredLog.Empty, null, bootstrap);
            Core = new ReplicaCore(
                new ReplicaCoreOptions
                {
                    RequestTimeoutTicks = requestTimeoutTicks, MaxPendingChanges = maxPendingChanges,
                },
                node, new MemberId(1), 1);
            if (voters == 1)
            {
                // The vote has to be durable; what follows may be held up by a test.
                node.Campaign();
                node.AppendCompleted(node.Effects.Append!.Value.Id);
                node.Effects.Clear();
            }
        }

        public ReplicaCore Core { get; }

        public bool CompletesAppends { get; set; } = true;

        public void Receive(ulong from, RaftMessage message) =>
            Core.Step(message with { From = new MemberId(from), To = new MemberId(1) });

        public void AcknowledgeAll(ulong from) => Receive(from, new RaftMessage
        {
            Type = RaftMessageType.AppendResponse, Term = Core.Node.Term, Index = Core.Node.LastIndex,
        });

        public void CompleteAppends()
        {
            while (_appends.TryDequeue(out ulong id))
            {
                Core.AppendCompleted(id);
            }
        }

        public void Turn()
        {
            bool isBusy = true;
            while (isBusy)
            {
                isBusy = Core.Pump();
                RaftEffects effects = Core.Effects;
                isBusy |= !effects.IsEmpty;
                if (effects.Append is { } append)
                {
                    _appends.Enqueue(append.Id);
                }

                ulong applied = effects.Applies.Count > 0 ? effects.Applies[^1].LastIndex : 0;
                effects.Clear();
                if (CompletesAppends)
                {
                    CompleteAppends();
                }

                if (applied > 0)
                {
                    Core.Applied(applied, 0);
                }
            }
        }
    }

    private sealed class Call : PendingConfigurationChange
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Call(ConfigurationChange change) => Change = change;

        public ClusterConfiguration? Completed { get; private set; }

        public ulong CompletedIndex { get; private set; }

        public ChangeRefusal? Refusal { get; private set; }

        public MemberId Leader { get; private set; }

        public Exception? Failure { get; private set; }

        protected override void OnCompleted(ClusterConfiguration configuration, ulong index) =>
            (Completed, CompletedIndex) = (configuration, index);

        protected override void OnRefused(ChangeRefusal refusal, MemberId leader) =>
            (Refusal, Leader) = (refusal, leader);

        protected override void OnFailed(Exception exception) => Failure = exception;
    }
}
