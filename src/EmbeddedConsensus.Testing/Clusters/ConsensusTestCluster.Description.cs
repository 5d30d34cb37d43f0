using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Testing;

/// <summary>What a test is told when it fails.</summary>
public sealed partial class ConsensusTestCluster
{
    /// <summary>How the cluster stands: the time, the members and who of them belongs to it, the cut links, the calls
    /// of the app that wait, and the pieces that <see cref="Run(Func{Task}, string?)"/> has started and that have
    /// failed. It is in the message of every <see cref="ClusterTimeoutException"/>.</summary>
    public string Describe()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"virtual time {Time.Elapsed}, seed {Options.Seed}");
        AppendMembers(text);
        if (Members.Select(static member => member.Status.Membership).MaxBy(static known => known?.Index) is { } known)
        {
            AppendList(
                text, "belong to the cluster", known.Members.Select(static member => $"{member.Id} ({member.Role})"));
            text.AppendLine();
        }

        AppendList(text, "cut links", Network.CutLinks.Select(static cut => $"{cut.From} to {cut.To}"));
        text.AppendLine();
        AppendList(
            text,
            "calls that wait",
            Members.SelectMany(static member => member.WaitingCalls.Select(call => $"{call} at {member.Id}")));
        foreach (string failure in FailuresOfPieces())
        {
            text.AppendLine().Append("a piece of the app has failed: ").Append(failure);
        }

        return text.ToString();
    }

    private static void AppendList(StringBuilder text, string name, IEnumerable<string> items) =>
        text.Append(name).Append(": ").AppendJoin(", ", items.DefaultIfEmpty("none"));

    private void AppendMembers(StringBuilder text)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        text.AppendLine("member  process  replica   role          leader  term  last index  commit  applied  revision");
        foreach (TestClusterMember member in Members)
        {
            StoreStatus s = member.Status;
            string leader = s.Leader.IsNone ? "-" : s.Leader.ToString();
            text.AppendLine(
                culture,
                $"{member.Id,-6}  {member.State,-7}  {s.State,-8}  {s.Role,-12}  {leader,-6}  {s.Term,4}"
                + $"  {s.LastIndex,10}  {s.CommitIndex,6}  {s.AppliedIndex,7}  {s.Revision,8}");
            if (s.Fault is { } fault)
            {
                text.AppendLine(culture, $"        {fault.Message}");
            }
        }
    }
}
