using System.Collections.Concurrent;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>The network between the members: one link per direction between any two.</summary>
internal sealed class LinkTable
{
    private readonly ConcurrentDictionary<(MemberId From, MemberId To), Link> _links = new();

    /// <summary>The link from one member to another.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public Link Between(MemberId from, MemberId to) => _links.GetOrAdd((from, to), static _ => new Link());

    /// <summary>Removes delay and throttling from every link.</summary>
    public void QuickenAll()
    {
        foreach (Link link in _links.Values)
        {
            link.Quicken();
        }
    }

    /// <summary>Removes a block from every link.</summary>
    /// <param name="blocker">Identifies the block.</param>
    public void UnblockFrom(object blocker)
    {
        foreach (Link link in _links.Values)
        {
            link.Unblock(blocker);
        }
    }

    /// <summary>Removes every disturbance.</summary>
    public void HealAll()
    {
        foreach (Link link in _links.Values)
        {
            link.Heal();
        }
    }
}
