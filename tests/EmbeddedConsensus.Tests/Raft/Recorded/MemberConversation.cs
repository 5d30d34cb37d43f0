extern alias tcp;

using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using EmbeddedConsensus.Raft;
using tcp::EmbeddedConsensus.Transport.Tcp.Connections;
using tcp::EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Three members that react to one input at a time. Inputs and the messages sent in return are lines; messages
/// are frames in hexadecimal, as on TCP.</summary>
/// <remarks>
/// An input is a line with its kind, the member and an argument, separated by tabs:
/// <list type="bullet">
/// <item><c>tick</c>: a tick passes.</item>
/// <item><c>propose</c>: a caller proposes a text.</item>
/// <item><c>read</c>: a caller asks for a read index under a number.</item>
/// <item><c>compact</c>: the member takes a snapshot and compacts its log up to it.</item>
/// <item><c>frame</c>: a frame arrives.</item>
/// </list>
/// </remarks>
internal sealed class MemberConversation
{
    private readonly SimulatedCluster _cluster = new();
    private readonly byte _version;

    /// <summary>Three founders of a cluster.</summary>
    /// <param name="version">The version of the protocol.</param>
    public MemberConversation(byte version)
    {
        _version = version;
        foreach (ulong id in Ids)
        {
            _cluster.Add(new SimulatedMember(
                incarnation => new RaftOptions
                {
                    Id = new MemberId(id), Seed = (incarnation * 100) + id, SnapshotChunkBytes = 64,
                },
                ConfigurationText.New(Ids)));
        }
    }

    public static IReadOnlyList<ulong> Ids { get; } = [1, 2, 3];

    /// <summary>The member that leads; 0 when none does.</summary>
    public ulong Leader => Ids.FirstOrDefault(id => _cluster[id].Node.Role == RaftRole.Leader);

    /// <summary>The entries that a member has applied.</summary>
    public IReadOnlyList<string> AppliedBy(ulong id) => _cluster[id].Applied;

    /// <summary>Passes an input to a member, which carries out everything that follows from it.</summary>
    /// <param name="input">The line.</param>
    /// <returns>The messages that it sends: the receiver and the frame.</returns>
    public async Task<IReadOnlyList<(ulong To, string Frame)>> ReactAsync(string input)
    {
        string[] parts = input.Split('\t');
        ulong id = ulong.Parse(parts[1], CultureInfo.InvariantCulture);
        RaftMessage? message = parts[0] == "frame" ? await DecodeAsync(parts[2]) : null;
        _cluster.Do(id, member => React(member, parts, message));
        _cluster.CompleteAll(id);
        List<(ulong To, string Frame)> sent =
            [.. _cluster.Network.Select(answer => (answer.To.Value, Encode(answer)))];
        _cluster.Network.Clear();
        return sent;
    }

    private static void React(SimulatedMember member, string[] parts, RaftMessage? message)
    {
        switch (parts[0])
        {
            case "tick":
                member.Node.Tick();
                break;
            case "propose":
                member.Node.Propose([Encoding.UTF8.GetBytes(parts[2])]);
                break;
            case "read":
                member.Node.ReadIndex(ulong.Parse(parts[2], CultureInfo.InvariantCulture));
                break;
            case "compact":
                member.Node.CompactLog(member.TakeSnapshot().Position.Index);
                break;
            case "frame":
                member.Node.Step(message!.Value);
                break;
            default:
                throw new FormatException($"'{parts[0]}' is no input.");
        }
    }

    private async Task<RaftMessage?> DecodeAsync(string frame)
    {
        FrameReader reader = new(PipeReader.Create(new MemoryStream(Convert.FromHexString(frame))), 1 << 20, _version);
        return await reader.ReadAsync(default);
    }

    private string Encode(in RaftMessage message)
    {
        SendQueue queue = new();
        queue.Append(message, _version);
        return Convert.ToHexStringLower(
            [.. Enumerable.Range(0, queue.BlockCount).SelectMany(i => queue.BlockAt(i).ToArray())]);
    }
}
