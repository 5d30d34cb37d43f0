using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>The members of one check, and their end.</summary>
internal sealed class ConformanceCluster(ITransportConformanceNetwork network) : IAsyncDisposable
{
    public const ulong ClusterId = 0xc105;
    public const ulong OtherClusterId = 0xbad;

    private readonly List<ConformanceMember> _members = [];

    /// <summary>Makes and starts a member.</summary>
    public async Task<ConformanceMember> StartAsync(
        ulong id, ulong clusterId = ClusterId, bool atNewAddress = false)
    {
        var member = new ConformanceMember(
            new MemberId(id), Create(id, clusterId, atNewAddress), new RecordingReceiver());
        _members.Add(member);
        await member.Transport.StartAsync(member.Receiver).ConfigureAwait(false);
        return member;
    }

    /// <summary>Makes and starts members that know each other.</summary>
    public async Task<ConformanceMember[]> StartAllAsync(int count)
    {
        var members = new ConformanceMember[count];
        for (int i = 0; i < count; i++)
        {
            members[i] = await StartAsync((ulong)i + 1).ConfigureAwait(false);
        }

        foreach (ConformanceMember member in members)
        {
            Introduce(member, members);
        }

        return members;
    }

    /// <summary>Makes a transport that the check handles itself.</summary>
    public ITransport Create(ulong id, ulong clusterId = ClusterId, bool atNewAddress = false) =>
        network.CreateTransport(new MemberId(id), clusterId, atNewAddress);

    /// <summary>Gives a member the addresses of others.</summary>
    public void Introduce(ConformanceMember member, params IEnumerable<ConformanceMember> others) =>
        member.Transport.SetPeers(
            [.. others.Where(other => other.Id != member.Id).Select(other => PeerOf(other.Id))]);

    /// <summary>Where a member is.</summary>
    public MemberEndpoint PeerOf(MemberId id) => new(id, network.AddressOf(id));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (ConformanceMember member in _members)
        {
            await member.Transport.DisposeAsync().ConfigureAwait(false);
        }
    }
}
