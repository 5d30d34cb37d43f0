using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Requests to change the membership come from other processes: what makes no sense is refused before it
/// reaches a leader.</summary>
public sealed class MalformedChangeTests
{
    private const byte FirstKind = (byte)ConfigurationChangeKind.AddLearner;
    private const byte LastKind = (byte)ConfigurationChangeKind.CancelPlan;

    public static TheoryData<byte, ulong[]> Requests()
    {
        TheoryData<byte, ulong[]> requests = new() { { (byte)ConfigurationChangeKind.SetVoters, [3, 1, 2] } };
        requests.Add((byte)ConfigurationChangeKind.SetVoters, [4, 4]);
        requests.Add((byte)ConfigurationChangeKind.SetVoters, [0, 1]);
        for (byte kind = FirstKind; kind <= LastKind; kind++)
        {
            bool takesOne = (ConfigurationChangeKind)kind is ConfigurationChangeKind.AddLearner
                or ConfigurationChangeKind.AddVoter
                or ConfigurationChangeKind.Replace
                or ConfigurationChangeKind.Update;
            bool takesMany = (ConfigurationChangeKind)kind == ConfigurationChangeKind.SetVoters;
            requests.Add(kind, takesOne || takesMany ? [] : [5]);
            if (!takesMany)
            {
                requests.Add(kind, [5, 6]);
            }
        }

        return requests;
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_that_names_other_members_than_its_kind_takes_is_refused(byte kind, ulong[] members)
    {
        ConfigurationChange change = ConfigurationChange.Of(
            (ConfigurationChangeKind)kind,
            new MemberId(1),
            [.. members.Select(member => new MemberEndpoint(new MemberId(member), $"host-{member}:1"))]);

        Assert.Throws<ClusterConfigurationFormatException>(
            () => ConfigurationChangeCodec.Decode(ConfigurationChangeCodec.Encode(change)));
    }

    [Fact]
    public void An_address_that_cannot_be_encoded_is_refused_and_the_leader_continues()
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        lone.Acknowledge(2, lone.Node.LastIndex);
        foreach (string address in (string[])["", "a b:1", "h\ud800:1", "\udc00"])
        {
            ChangeDecision decision = lone.Node.Change(
                ConfigurationChange.AddLearner(new MemberEndpoint(new MemberId(9), address)));

            Assert.Equal(ChangeDecisionKind.Refused, decision.Kind);
            Assert.Equal(new ChangeRefusal.InvalidAddress(new MemberId(9)), decision.Refusal);
        }
    }
}
