using System.Runtime.CompilerServices;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Golden;

/// <summary>
/// The bytes of every kind of frame between members, recorded once for each version of the protocol: a file of lines
/// with a name, a tab and the bytes in hexadecimal.
/// </summary>
/// <remarks>With RECORD_CONVERSATION=1 the test rewrites the file of the newest version. Do that for a new version or
/// an added line only: a changed line means that members of two builds no longer understand each other.</remarks>
internal static class RecordedConversation
{
    private const string RecordVariable = "RECORD_CONVERSATION";

    public static bool IsRecording => Environment.GetEnvironmentVariable(RecordVariable) == "1";

    /// <summary>The handshake requests, by name.</summary>
    public static IReadOnlyDictionary<string, HandshakeRequest> Requests { get; } =
        Enum.GetValues<TransportLane>().ToDictionary(
            lane => $"handshake-request-{lane}".ToLowerInvariant(),
            lane => new HandshakeRequest(1, 1, 0xC1, new MemberId(2), 1_764_000_000_000_000, 3, new MemberId(1), lane,
                new PeerSecret(UInt128.MaxValue - 1)));

    /// <summary>The handshake responses, by name.</summary>
    public static IReadOnlyDictionary<string, HandshakeResponse> Responses { get; } =
        Enum.GetValues<HandshakeStatus>().ToDictionary(
            status => $"handshake-response-{status}".ToLowerInvariant(),
            status => new HandshakeResponse(
                status, (byte)(status == HandshakeStatus.Accepted ? 1 : 0), 1, 1, ulong.MaxValue, new MemberId(1),
                new PeerSecret(1).Fingerprint, status == HandshakeStatus.Unproven ? "10.0.0.2:7400" : ""));

    /// <summary>The bodies of requests and their answers, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Bodies { get; } = new Dictionary<string, byte[]>
    {
        ["request-empty"] = [],
        ["request"] = RecordedMessages.Pattern(300),
        ["answer"] = [(byte)RequestStatus.Answered, .. RecordedMessages.Pattern(20)],
        ["answer-failed"] = [(byte)RequestStatus.Failed, .. "Größe"u8],
        ["answer-busy"] = [(byte)RequestStatus.Busy],
    };

    /// <summary>The lines of a version's recording, by name.</summary>
    public static Dictionary<string, string> Load(int version) =>
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", FileOf(version)))
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0], parts => parts[1]);

    /// <summary>Encodes everything again with this build.</summary>
    public static async Task<Dictionary<string, string>> SpeakAsync()
    {
        var lines = new Dictionary<string, string>();
        foreach ((string name, HandshakeRequest request) in Requests)
        {
            lines[name] = await WrittenAsync(stream => HandshakeCodec.WriteAsync(stream, request, default));
        }

        foreach ((string name, HandshakeResponse response) in Responses)
        {
            lines[name] = await WrittenAsync(stream => HandshakeCodec.WriteAsync(stream, response, default));
        }

        var queue = new SendQueue();
        queue.AppendKeepAlive(ProtocolVersion.Max);
        lines["keep-alive"] = Drain(queue);
        foreach ((string name, RaftMessage message) in RecordedMessages.All)
        {
            queue.Append(message, ProtocolVersion.Max);
            lines[name] = Drain(queue);
        }

        foreach ((string name, byte[] body) in Bodies)
        {
            lines[name] = await WrittenAsync(
                stream => RequestFrame.WriteAsync(stream, ProtocolVersion.Max, body, default));
        }

        return lines;
    }

    /// <summary>Writes a version's recording into the sources.</summary>
    public static void Save(int version, Dictionary<string, string> lines, [CallerFilePath] string source = "") =>
        File.WriteAllLines(
            Path.Combine(Path.GetDirectoryName(source)!, FileOf(version)),
            lines.Select(line => $"{line.Key}\t{line.Value}"));

    private static async Task<string> WrittenAsync(Func<Stream, ValueTask> write)
    {
        using var stream = new MemoryStream();
        await write(stream);
        return Convert.ToHexStringLower(stream.ToArray());
    }

    private static string Drain(SendQueue queue)
    {
        byte[] bytes = [.. Enumerable.Range(0, queue.BlockCount).SelectMany(i => queue.BlockAt(i).ToArray())];
        queue.Clear();
        return Convert.ToHexStringLower(bytes);
    }

    private static string FileOf(int version) => $"protocol-{version}.txt";
}
