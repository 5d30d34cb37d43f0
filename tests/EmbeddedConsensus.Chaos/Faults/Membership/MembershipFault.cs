using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The membership changes under load, and under whatever else goes wrong meanwhile.</summary>
internal abstract class MembershipFault : IFault
{
    // A change waits for a new member to catch up, over a network that others disturb.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc />
    public abstract string Name { get; }

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public abstract Task RunAsync(FaultContext context);

    /// <summary>Carries a change through: asks any member, again and again, until one says that it is done.</summary>
    /// <param name="context">Where.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="TimeoutException">It is not done within a generous time.</exception>
    protected static Task CarryThroughAsync(FaultContext context, NodeRequest.Membership change) =>
        AskUntilAsync(context, change, static _ => true);

    /// <summary>Asks any member, again and again, until an answer is as it should be.</summary>
    /// <param name="context">Where.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="isDone">Whether the answer is as it should be.</param>
    protected static async Task AskUntilAsync(
        FaultContext context, NodeRequest.Membership request, Predicate<NodeEvent.Reply> isDone)
    {
        Stopwatch waited = Stopwatch.StartNew();
        string failure = "";
        while (waited.Elapsed < Bound)
        {
            ClusterMember asked = context.AnyMember();
            NodeEvent.Reply reply = await ChaosCluster.TryAskAsync(asked, request, AskTimeout);
            if (reply.Error is null && isDone(reply))
            {
                context.Note("a change of the membership is carried through", null);
                context.Did("changes of the membership", request is NodeRequest.GetMembers ? 0 : 1);
                return;
            }

            failure = $"{request} at member {asked.Id}: {reply.Error ?? string.Join(", ", reply.Members)}";
            await Task.Delay(RetryInterval);
        }

        context.Note("a change of the membership is carried through", failure);
        throw new TimeoutException($"The change was not done within {Bound.TotalSeconds} s. {failure}");
    }

    /// <summary>Puts a member with a new id and an empty disk in the place of another, in one step.</summary>
    /// <param name="context">Where.</param>
    /// <param name="old">The member that leaves, dead or alive.</param>
    protected static async Task ReplaceAsync(FaultContext context, ClusterMember old)
    {
        ClusterMember fresh = await StartFreshAsync(context);
        await CarryThroughAsync(context, new NodeRequest.ReplaceMember(old.Id.Value, fresh.Address));
        await RetireAsync(context, old);
        context.Did("members replaced", 1);
    }

    /// <summary>Starts a member with an empty disk that joins the cluster.</summary>
    /// <param name="context">Where.</param>
    protected static async Task<ClusterMember> StartFreshAsync(FaultContext context)
    {
        ClusterMember fresh = context.Cluster.Add();
        await context.Cluster.StartAsync(fresh);
        return fresh;
    }

    /// <summary>Waits until a member that was removed says so, unless it was dead; then takes it away.</summary>
    /// <param name="context">Where.</param>
    /// <param name="removed">The member.</param>
    protected static async Task RetireAsync(FaultContext context, ClusterMember removed)
    {
        if (removed.Process is not null)
        {
            context.Note("a removed member stops by itself and says so", await WaitForRemovalAsync(removed));
        }

        await context.Cluster.RetireAsync(removed);
    }

    private static async Task<string?> WaitForRemovalAsync(ClusterMember removed)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < Bound && removed.Process is { HasExited: false } process)
        {
            if (process.Status is { State: StoreState.Removed } status)
            {
                return status.Fault is [nameof(MemberRemovedException), ..]
                    ? null
                    : $"Member {removed.Id} was removed and names {string.Join(" for ", status.Fault)} for it.";
            }

            await Task.Delay(RetryInterval);
        }

        return $"Member {removed.Id} was removed and does not say so: {removed.Process?.Status}";
    }
}
