using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>The commands about the membership.</summary>
internal sealed partial class ScriptCluster
{
    private void ExecuteOnMembership(ScriptArguments a)
    {
        switch (a.Name)
        {
            case "join":
                Add(a.Number(0), new ClusterConfiguration(), new ScriptArguments("none"));
                break;
            case "change":
                ConfigurationChange change = ChangeOf(a);
                Do(a, node => _output.Add(Decision(node.Change(change))));
                break;
            case "lose-disk":
                _cluster[a.Number(0)].LoseDisk();
                break;
            case "renew-disk":
                _cluster[a.Number(0)].RenewDisk();
                break;
            case "ask":
                Ask(a);
                break;
            case "members":
                Members(_cluster[a.Number(0)].Node);
                break;
            default:
                Show(a);
                break;
        }
    }

    private static ConfigurationChange ChangeOf(ScriptArguments a) => a.Text(1) switch
    {
        "add-learner" => ConfigurationChange.AddLearner(PeerOf(a, 2)),
        "add-voter" => ConfigurationChange.AddVoter(PeerOf(a, 2)),
        "promote" => ConfigurationChange.Promote(new MemberId(a.Number(2))),
        "demote" => ConfigurationChange.Demote(new MemberId(a.Number(2))),
        "remove" => ConfigurationChange.Remove(new MemberId(a.Number(2))),
        "replace" => ConfigurationChange.Replace(new MemberId(a.Number(2)), PeerOf(a, 3)),
        "update" => ConfigurationChange.Update(PeerOf(a, 2)),
        "set-voters" => ConfigurationChange.SetVoters(ScriptArguments.List(a.Text(2)).Select(PeerOf)),
        "cancel" => ConfigurationChange.CancelPlan(),
        _ => throw new ArgumentException($"There is no change '{a.Text(1)}'."),
    };

    private static MemberEndpoint PeerOf(ScriptArguments a, int position) => a.Count > position + 1
        ? new MemberEndpoint(new MemberId(a.Number(position)), a.Text(position + 1))
        : PeerOf(a.Number(position));

    private static MemberEndpoint PeerOf(ulong id) => new(new MemberId(id), $"m{new MemberId(id)}");

    private static string Decision(ChangeDecision decision) => decision.Kind == ChangeDecisionKind.Refused
        ? $"{decision.Refusal!.Kind}: {ChangeRefusalText.Of(decision.Refusal)}"
        : decision.Kind.ToString();

    private void Ask(ScriptArguments a)
    {
        FounderReport[] reports =
            [.. ScriptArguments.List(a.Text(1)).Select(id => _cluster[id]).Select(member => member.Node.FounderReport)];
        Do(a, node => node.TakeReports(reports));
    }

    private void Members(RaftNode node)
    {
        _output.Add(
            Line($"{node.Membership}, uses {{{ConfigurationText.Describe(node.Configuration)}}} ")
            + Line($"of entry {node.ConfigurationIndex}"));
        _output.Add(
            Line($"committed {{{ConfigurationText.Describe(node.CommittedConfiguration)}}} ")
            + Line($"of entry {node.CommittedConfigurationIndex}"));
        _output.Add($"peers {string.Join(", ", node.Peers.Select(peer => $"{peer.Id} at {peer.Address}"))}");
    }
}
