using System.IO.Pipelines;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Golden;

/// <summary>This build reads the frames of earlier builds and writes frames that they can read.</summary>
public sealed class RecordedConversationTests
{
    public static TheoryData<int> Versions => [.. Enumerable.Range(ProtocolVersion.Min, ProtocolVersion.Max)];

    [Fact]
    public async Task Frames_are_written_byte_for_byte_as_recorded()
    {
        Dictionary<string, string> spoken = await RecordedConversation.SpeakAsync();
        if (RecordedConversation.IsRecording)
        {
            RecordedConversation.Save(ProtocolVersion.Max, spoken);
            return;
        }

        Dictionary<string, string> recorded = RecordedConversation.Load(ProtocolVersion.Max);
        Assert.Equal(recorded.Keys, spoken.Keys);
        Assert.All(recorded, line => Assert.Equal(line.Value, spoken[line.Key]));
    }

    [Fact]
    public void Every_type_of_message_is_recorded() =>
        Assert.Equal(
            Enum.GetValues<RaftMessageType>(),
            RecordedMessages.All.Values.Select(message => message.Type).Distinct().Order());

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Recorded_messages_decode_to_the_messages_they_were_made_of(int version)
    {
        foreach ((string name, string hex) in RecordedConversation.Load(version))
        {
            if (RecordedMessages.All.TryGetValue(name, out RaftMessage message))
            {
                RaftMessage? read = await Reader(hex, version).ReadAsync(default);
                Assert.True(RaftMessageEquality.ContentEquals(message, read!.Value), name);
            }
        }

        Assert.Null(await Reader(RecordedConversation.Load(version)["keep-alive"], version).ReadAsync(default));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Recorded_handshakes_and_requests_decode_to_what_they_were_made_of(int version)
    {
        foreach ((string name, string hex) in RecordedConversation.Load(version))
        {
            var stream = new MemoryStream(Convert.FromHexString(hex));
            if (RecordedConversation.Requests.TryGetValue(name, out HandshakeRequest request))
            {
                Assert.Equal(request, await HandshakeCodec.ReadRequestAsync(stream, default));
            }
            else if (RecordedConversation.Responses.TryGetValue(name, out HandshakeResponse response))
            {
                Assert.Equal(response, await HandshakeCodec.ReadResponseAsync(stream, default));
            }
            else if (RecordedConversation.Bodies.TryGetValue(name, out byte[]? body))
            {
                Assert.Equal(body, await RequestFrame.ReadAsync(stream, (byte)version, default));
            }
        }
    }

    private static FrameReader Reader(string hex, int version) =>
        new(PipeReader.Create(new MemoryStream(Convert.FromHexString(hex))), 1 << 20, (byte)version);
}
