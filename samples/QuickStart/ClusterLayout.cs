using System.Net;
using System.Net.Sockets;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The members of the cluster with their addresses and directories.</summary>
internal sealed class ClusterLayout
{
    private readonly string _folder;

    /// <summary>A cluster on free ports of this machine.</summary>
    /// <param name="members">The number of members.</param>
    /// <param name="folder">The directory that contains one directory per member.</param>
    public ClusterLayout(int members, string folder)
    {
        _folder = folder;
        Peers = [.. FreeLoopbackPorts(members).Select(static (port, index) =>
            new MemberEndpoint(new MemberId((ulong)index + 1), $"{IPAddress.Loopback}:{port}"))];
    }

    /// <summary>How long a call may wait for a majority: long enough for a leader change on a busy machine.</summary>
    public static TimeSpan RequestTimeout => TimeSpan.FromSeconds(30);

    /// <summary>The members.</summary>
    public IReadOnlyList<MemberEndpoint> Peers { get; }

    /// <summary>The directory of a member's log and snapshots.</summary>
    /// <param name="id">The member.</param>
    public string FolderOf(MemberId id) => Path.Combine(_folder, $"member-{id}");

    private static List<int> FreeLoopbackPorts(int count)
    {
        List<TcpListener> listeners = [];
        try
        {
            // All at once, so that none is assigned twice.
            for (int i = 0; i < count; i++)
            {
                TcpListener listener = new(IPAddress.Loopback, 0);
                listener.Start();
                listeners.Add(listener);
            }

            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(static listener => listener.Dispose());
        }
    }
}
