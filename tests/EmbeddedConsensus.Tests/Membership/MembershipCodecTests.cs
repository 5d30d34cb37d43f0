using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Membership;

public sealed class MembershipCodecTests
{
    private static readonly MembershipRequest Request = new(MembershipRequestKind.Join, new MemberId(4))
    {
        ClusterId = 0xfeed,
        Address = "höst:1",
        ConfigurationIndex = 77,
        Incarnation = 0xabcdef,
        IsForLeader = true,
        Change = ConfigurationChange.AddVoter(new MemberEndpoint(new MemberId(4), "höst:1")),
    };

    private static readonly MembershipAnswer Answer = new(MembershipAnswerStatus.Refused, new MemberId(2))
    {
        Refusal = MembershipRefusal.AddressInUse,
        Text = "Why not: ü",
        ClusterId = 0xbeef,
        Leader = new MemberId(3),
        Incarnation = 0xfedcba,
        Founder = new FounderReport(new MemberId(2), 0x1234, FoundingStage.Pledged, HoldsNothing: true, 9),
        Configuration = ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(2)).Normalized(),
        ConfigurationIndex = 5,
    };

    [Fact]
    public void A_request_and_an_answer_are_read_as_they_were_written()
    {
        Assert.Equal(Request, MembershipCodec.DecodeRequest(MembershipCodec.Encode(Request)));
        Assert.Equal(Answer, MembershipCodec.DecodeAnswer(MembershipCodec.Encode(Answer)));
        MembershipRequest introduction = new(MembershipRequestKind.Introduce, new MemberId(1));
        Assert.Equal(introduction, MembershipCodec.DecodeRequest(MembershipCodec.Encode(introduction)));
        MembershipRequest question = introduction with { Kind = MembershipRequestKind.Found };
        Assert.Equal(question, MembershipCodec.DecodeRequest(MembershipCodec.Encode(question)));
    }

    [Fact]
    public void Bytes_that_are_cut_off_or_of_another_version_are_refused_with_a_typed_error()
    {
        byte[] request = MembershipCodec.Encode(Request);
        for (int length = 0; length < request.Length; length++)
        {
            Assert.ThrowsAny<ConsensusStoreException>(() => MembershipCodec.DecodeRequest(request.AsSpan(0, length)));
        }

        byte[] answer = MembershipCodec.Encode(Answer with { Text = "" });
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.ThrowsAny<ConsensusStoreException>(() => MembershipCodec.DecodeAnswer(answer.AsSpan(0, length)));
        }

        request[0] = 9;
        Assert.Throws<TransportException>(() => MembershipCodec.DecodeRequest(request));
    }
}
