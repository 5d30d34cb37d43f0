using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>What becomes of the proposals of members that have left.</summary>
public sealed class DepartedMemberTests : IDisposable
{
    private static readonly MemberId Staying = new(1);
    private static readonly MemberId Leaving = new(2);

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    [Trait("Scenario", "14")]
    public void A_proposal_before_the_removal_runs_once_and_none_after_it_runs()
    {
        Configure(Staying, Leaving);
        Assert.NotNull(Put(Leaving, 1));
        Assert.NotNull(Put(Leaving, 3));
        Assert.Null(Put(Leaving, 3));
        Configure(Staying);

        Assert.Null(Put(Leaving, 1));
        Assert.Null(Put(Leaving, 2));
        Assert.Null(Put(Leaving, 3));
        Assert.Null(Put(Leaving, 1, incarnation: 2));
        Assert.NotNull(Put(Staying, 1));
        Assert.Equal(4, _machine.State.Store.CurrentRevision);
        Assert.Equal(10UL, _machine.State.Applied.Index);
    }

    [Fact]
    public void The_table_of_proposals_holds_members_only()
    {
        for (ulong id = 2; id <= 200; id++)
        {
            Configure(Staying, new MemberId(id));
            Assert.NotNull(Put(new MemberId(id), 1));
        }

        Assert.Equal([new MemberId(200)], _machine.State.Sessions.Members);
        Configure(Staying);
        Assert.Empty(_machine.State.Sessions.Members);
    }

    [Fact]
    public void Learners_and_those_who_leave_with_a_joint_configuration_are_members()
    {
        Configure(Staying, Leaving);
        Assert.NotNull(Put(Leaving, 1));
        Configure(ClusterConfiguration.OfVoters(Staying) with { OutgoingVoters = [Staying, Leaving] });
        Assert.Null(Put(Leaving, 1));
        Assert.NotNull(Put(Leaving, 2));
        Configure(ClusterConfiguration.OfVoters(Staying) with { Learners = [Leaving] });

        Assert.Null(Put(Leaving, 2));
        Assert.NotNull(Put(Leaving, 3));
    }

    [Fact]
    [Trait("Scenario", "14")]
    [Trait("Scenario", "33")]
    public async Task A_member_that_catches_up_by_a_snapshot_executes_what_the_others_do()
    {
        Configure(Staying, Leaving);
        Put(Leaving, 1);
        ClusterConfiguration left = Configure(Staying);
        InMemorySnapshotStorage storage = new();
        using (StateSnapshot snapshot = new(_machine.State))
        {
            await using ISnapshotWriter writer = await storage.CreateAsync(
                SnapshotMetadataCodec.Encode(new SnapshotMetadata(snapshot.Position, left)));
            ArrayBufferWriter<byte> bytes = new();
            while (snapshot.WriteNext(bytes, 1 << 20))
            {
            }

            await writer.WriteAsync(bytes.WrittenMemory);
            await writer.PublishAsync();
        }

        await using ISnapshotReader? reader = await storage.OpenNewestAsync();
        using ReplicatedStateMachine restored = await StateSnapshotLoader.LoadAsync(reader!, new MvccOptions());
        LogEntry late = new(restored.Applied.Index + 1, 1, LogEntryKind.Command, Command(Leaving, 1, 1));
        restored.Apply([late], _machine);
        Assert.Null(Put(Leaving, 1));

        Assert.Equal(_machine.State.Applied, restored.Applied);
        Assert.Equal(_machine.State.Store.CurrentRevision, restored.Store.CurrentRevision);
        Assert.Equal(_machine.State.Sessions.Members, restored.Sessions.Members);
    }

    private ClusterConfiguration Configure(params MemberId[] voters) =>
        Configure(ClusterConfiguration.OfVoters(voters));

    private ClusterConfiguration Configure(ClusterConfiguration configuration)
    {
        configuration = configuration.Normalized();
        ReplicatedStateMachine state = _machine.State;
        state.Apply(
            [
                new LogEntry(
                    state.Applied.Index + 1, 1, LogEntryKind.Configuration,
                    ClusterConfigurationCodec.Encode(configuration)),
            ],
            _machine);
        return configuration;
    }

    private ApplyResult? Put(MemberId origin, ulong sequence, ulong incarnation = 1) =>
        _machine.TryRunSealed(Command(origin, incarnation, sequence));

    private static Memory<byte> Command(MemberId origin, ulong incarnation, ulong sequence)
    {
        return Machine.Sealed(Op.Put("k", "v"), new ProposalId(origin, incarnation, sequence));
    }
}
