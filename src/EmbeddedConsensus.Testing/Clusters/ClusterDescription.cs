using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Testing;

/// <summary>The state of a test cluster as text, for the messages of tests that fail.</summary>
internal static class ClusterDescription
{
    /// <summary>Describes a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="failures">Failures of the app's tasks.</param>
    public static string Of(ConsensusTestCluster cluster, string[] failures)
    {
        StringBuilder text = new();
        text.AppendLine(
            CultureInfo.InvariantCulture, $"virtual time {cluster.Time.Elapsed}, seed {cluster.Options.Seed}");
        AppendMembers(text, cluster.Members);
        if (cluster.Members.Select(static member => member.Status.Membership).MaxBy(static known => known?.Index)
            is { } known)
        {
            AppendList(
                text, "belong to the cluster", known.Members.Select(static member => $"{member.Id} ({member.Role})"));
            text.AppendLine();
        }

        AppendList(text, "cut links", cluster.Network.CutLinks.Select(static cut => $"{cut.From} to {cut.To}"));
        text.AppendLine();
        AppendList(
            text,
            "calls that wait",
            cluster.Members.SelectMany(static member => member.WaitingCalls.Select(call => $"{call} at {member.Id}")));
        foreach (string failure in failures)
        {
            text.AppendLine().Append("a task of the app has failed: ").Append(failure);
        }

        return text.ToString();
    }

    private static void AppendList(StringBuilder text, string name, IEnumerable<string> items) =>
        text.Append(name).Append(": ").AppendJoin(", ", items.DefaultIfEmpty("none"));

    private static void AppendMembers(StringBuilder text, IReadOnlyList<TestClusterMember> members)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        text.AppendLine("member  process  replica   role          leader  term  last index  commit  applied  revision");
        foreach (TestClusterMember member in members)
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
