using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>What a request may do whose sender does not know the cluster's id.</summary>
public sealed class StrangerRequestTests
{
    [Fact]
    [Trait("Case", "T3")]
    public async Task A_stranger_learns_no_id_moves_no_member_and_changes_no_membership()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.Store(1).PutAsync("k", "v");
        ITransport? line = null;
        cluster.WrapTransport = (_, transport) => line = transport;
        await cluster.StartJoinerAsync(4, by: 1);
        await cluster.RoleIsAsync(1, 4, MemberRole.Voter);
        ulong clusterId = (await cluster.Manager(1).GetMembershipAsync()).ClusterId;

        foreach (ulong member in (ulong[])[1, 2, 3])
        {
            foreach (ulong claimed in (ulong[])[1, 2, 3, 4])
            {
                MembershipAnswer moved = await AskAsync(line!, cluster.AddressOf(member), Moved(claimed));
                Assert.Equal(0UL, moved.ClusterId);
                Assert.Equal((0UL, 4), (moved.Configuration!.ClusterId, moved.Configuration.Members.Length));
                MembershipAnswer guessed = await AskAsync(
                    line!, cluster.AddressOf(member), Moved(claimed) with { ClusterId = clusterId + 1 });
                Assert.Equal((MembershipAnswerStatus.WrongCluster, 0UL), (guessed.Status, guessed.ClusterId));
                Assert.DoesNotContain($"{clusterId:x}", guessed.Text, StringComparison.Ordinal);
            }

            MembershipAnswer removed = await AskAsync(line!, cluster.AddressOf(member), Removal(of: 2));
            Assert.Equal(MembershipAnswerStatus.Retry, removed.Status);
        }

        Assert.False(cluster.HasLogged("somewhere-else"));

        // One of four may be down, so each of the others has to be reached where it is.
        await cluster.KillAsync(4);
        await cluster.Store(2).PutAsync("k", "w");
        Assert.Equal(4, (await cluster.Manager(1).GetMembershipAsync()).Members.Count);
    }

    private static MembershipRequest Moved(ulong member) =>
        new(MembershipRequestKind.Introduce, new MemberId(member)) { Address = "somewhere-else" };

    private static MembershipRequest Removal(ulong of) =>
        new(MembershipRequestKind.Change, new MemberId(1))
        {
            Change = ConfigurationChange.Remove(new MemberId(of)),
        };

    private static async Task<MembershipAnswer> AskAsync(ITransport line, string address, MembershipRequest request) =>
        MembershipCodec.DecodeAnswer((await line.RequestAsync(address, MembershipCodec.Encode(request))).Span);
}
