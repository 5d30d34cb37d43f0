using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>
/// The addresses of the other members: those of the configuration, except where a member has reported a newer one
/// itself. Without that, a cluster whose members have all moved could not commit a single new address. Safe for several
/// threads.
/// </summary>
/// <remarks>A wrong address does no harm: a transport delivers a message to no other member than its receiver.
/// </remarks>
internal sealed class PeerDirectory(MemberId self)
{
    private readonly Lock _gate = new();

    // The address that a member reported, and the one on record at that time: it counts until the record changes.
    private readonly Dictionary<MemberId, (string Told, string Record)> _told = [];
    private ImmutableArray<ClusterMember> _members = [];

    // What others know and the configuration does not: a member that is behind may have a leader that came later, and
    // could never answer it, nor catch up, without a way to it.
    private ImmutableArray<ClusterMember> _introduced = [];

    /// <summary>The others, in order of id.</summary>
    public IReadOnlyList<MemberEndpoint> Peers
    {
        get
        {
            lock (_gate)
            {
                return [.. Known().Where(member => member.Id != self && AddressOf(member).Length > 0)
                    .Select(member => new MemberEndpoint(member.Id, AddressOf(member)))];
            }
        }
    }

    /// <summary>The address of a member, or null when none is known.</summary>
    /// <param name="id">The member.</param>
    public string? Find(MemberId id) => Peers.FirstOrDefault(peer => peer.Id == id)?.Address;

    /// <summary>Takes the peers that consensus knows.</summary>
    /// <param name="peers">All of them. Those of <see cref="Introduce"/> stay beside them.</param>
    public void Use(ImmutableArray<ClusterMember> peers)
    {
        lock (_gate)
        {
            _members = peers;
            ForgetOutdated();
        }
    }

    /// <summary>Takes the members that another one knows, beside those of the own configuration, which may be
    /// older.</summary>
    /// <param name="configuration">The membership.</param>
    public void Introduce(ClusterConfiguration configuration)
    {
        lock (_gate)
        {
            _introduced = configuration.Members;
            ForgetOutdated();
        }
    }

    /// <summary>Forgets those of <see cref="Introduce"/>: the own configuration knows the leader.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ForgetIntroduced()
    {
        lock (_gate)
        {
            bool wereThere = !_introduced.IsEmpty;
            _introduced = [];
            ForgetOutdated();
            return wereThere;
        }
    }

    /// <summary>A member says where it is, or another one that knows better.</summary>
    /// <param name="id">The member.</param>
    /// <param name="address">Its address.</param>
    /// <returns>Whether that is news of a peer.</returns>
    public bool Tell(MemberId id, string address)
    {
        lock (_gate)
        {
            if (address.Length == 0 || Known().FirstOrDefault(member => member.Id == id) is not { } record
                || id == self || AddressOf(record) == address)
            {
                return false;
            }

            if (record.Address == address)
            {
                _told.Remove(id);
            }
            else
            {
                _told[id] = (address, record.Address);
            }

            return true;
        }
    }

    // What was introduced is newer: a snapshot may even have an address that the leader has left.
    private IEnumerable<ClusterMember> Known() => _introduced.IsEmpty
        ? _members
        : _introduced
            .Concat(_members.Where(member => _introduced.All(introduced => introduced.Id != member.Id)))
            .OrderBy(static member => member.Id);

    private string AddressOf(ClusterMember member) =>
        _told.TryGetValue(member.Id, out (string Told, string Record) told) ? told.Told : member.Address;

    private void ForgetOutdated()
    {
        foreach ((MemberId id, (_, string record)) in _told)
        {
            if (Known().FirstOrDefault(member => member.Id == id)?.Address != record)
            {
                _told.Remove(id);
            }
        }
    }
}
