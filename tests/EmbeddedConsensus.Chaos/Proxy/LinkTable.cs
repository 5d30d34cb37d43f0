using System.Collections.Concurrent;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>The network between the members: a link for each direction between any two.</summary>
internal sealed class LinkTable
{
    private readonly ConcurrentDictionary<(MemberId From, MemberId To), Link> _links = new();

    /// <summary>The way from a member to another.</summary>
    /// <param name="from">The one that sends.</param>
    /// <param name="to">The one that receives.</param>
    public Link Between(MemberId from, MemberId to) => _links.GetOrAdd((from, to), static _ => new Link());

    /// <summary>Makes every link as quick as new.</summary>
    public void QuickenAll()
    {
        foreach (Link link in _links.Values)
        {
            link.Quicken();
        }
    }

    /// <summary>Takes back what somebody blocked.</summary>
    /// <param name="blocker">Who blocked.</param>
    public void UnblockFrom(object blocker)
    {
        foreach (Link link in _links.Values)
        {
            link.Unblock(blocker);
        }
    }

    /// <summary>Makes every link as good as new.</summary>
    public void HealAll()
    {
        foreach (Link link in _links.Values)
        {
            link.Heal();
        }
    }
}
