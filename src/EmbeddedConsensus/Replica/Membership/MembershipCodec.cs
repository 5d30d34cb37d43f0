using System.Buffers.Binary;
using System.Text;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Requests about the membership, and their answers, as bytes.</summary>
/// <remarks>
/// <para>Little endian. Request: version (1), kind (1), sender (8), cluster id (8), configuration index (8),
/// incarnation (8), whether it is for the leader (1), length of the address (2), the address in UTF-8, and the change
/// (<see cref="ConfigurationChangeCodec"/>) to the end.</para>
/// <para>Answer: version (1), status (1), refusal (1), sender (8), cluster id (8), leader (8), configuration index (8),
/// incarnation (8), founders (8), term (8), stage of the founding (1), whether the sender holds nothing (1), length of
/// the configuration (4), the configuration (<see cref="ClusterConfigurationCodec"/>), and the text in UTF-8 to the
/// end.</para>
/// </remarks>
internal static class MembershipCodec
{
    private const byte FormatVersion = 1;
    private const int RequestBytes = 1 + 1 + (4 * sizeof(ulong)) + 1 + sizeof(ushort);
    private const int AnswerBytes = 1 + 1 + 1 + (7 * sizeof(ulong)) + 1 + 1 + sizeof(int);
    private const int MaxTextBytes = 8 << 10;

    /// <summary>Encodes a request.</summary>
    /// <exception cref="ArgumentException">An address is too long.</exception>
    public static byte[] Encode(MembershipRequest request)
    {
        byte[] address = Encoding.UTF8.GetBytes(request.Address);
        byte[] change = request.Change is null ? [] : ConfigurationChangeCodec.Encode(request.Change);
        if (address.Length > ClusterConfigurationCodec.MaxAddressBytes)
        {
            throw new ArgumentException($"The address takes {address.Length} bytes.", nameof(request));
        }

        byte[] bytes = new byte[RequestBytes + address.Length + change.Length];
        bytes[0] = FormatVersion;
        bytes[1] = (byte)request.Kind;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2), request.From.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(10), request.ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(18), request.ConfigurationIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(26), request.Incarnation);
        bytes[34] = request.IsForLeader ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(35), (ushort)address.Length);
        address.CopyTo(bytes, RequestBytes);
        change.CopyTo(bytes, RequestBytes + address.Length);
        return bytes;
    }

    /// <summary>Decodes a request.</summary>
    /// <exception cref="TransportException">The bytes are not a request of this version.</exception>
    /// <exception cref="ClusterConfigurationFormatException">The change in it is malformed.</exception>
    public static MembershipRequest DecodeRequest(ReadOnlySpan<byte> source)
    {
        Check(source, RequestBytes, "request");
        int addressLength = BinaryPrimitives.ReadUInt16LittleEndian(source[35..]);
        var kind = (MembershipRequestKind)source[1];
        if (!Enum.IsDefined(kind) || addressLength > ClusterConfigurationCodec.MaxAddressBytes
            || addressLength > source.Length - RequestBytes)
        {
            throw Damaged("request");
        }

        ReadOnlySpan<byte> change = source[(RequestBytes + addressLength)..];
        if (change.IsEmpty != (kind is MembershipRequestKind.Introduce or MembershipRequestKind.Found))
        {
            throw Damaged("request");
        }

        return new MembershipRequest(kind, new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[2..])))
        {
            ClusterId = BinaryPrimitives.ReadUInt64LittleEndian(source[10..]),
            ConfigurationIndex = BinaryPrimitives.ReadUInt64LittleEndian(source[18..]),
            Incarnation = BinaryPrimitives.ReadUInt64LittleEndian(source[26..]),
            IsForLeader = source[34] != 0,
            Address = Encoding.UTF8.GetString(source.Slice(RequestBytes, addressLength)),
            Change = change.IsEmpty ? null : ConfigurationChangeCodec.Decode(change),
        };
    }

    /// <summary>Encodes an answer. A long text is cut off.</summary>
    public static byte[] Encode(MembershipAnswer answer)
    {
        byte[] configuration =
            answer.Configuration is null ? [] : ClusterConfigurationCodec.Encode(answer.Configuration);
        byte[] text = Encoding.UTF8.GetBytes(answer.Text);
        int textLength = Math.Min(text.Length, MaxTextBytes);
        byte[] bytes = new byte[AnswerBytes + configuration.Length + textLength];
        bytes[0] = FormatVersion;
        bytes[1] = (byte)answer.Status;
        bytes[2] = (byte)answer.Refusal;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(3), answer.From.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(11), answer.ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(19), answer.Leader.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(27), answer.ConfigurationIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(35), answer.Incarnation);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(43), answer.Founder.Founders);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(51), answer.Founder.Term);
        bytes[59] = (byte)answer.Founder.Stage;
        bytes[60] = answer.Founder.HoldsNothing ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(61), configuration.Length);
        configuration.CopyTo(bytes, AnswerBytes);
        text.AsSpan(0, textLength).CopyTo(bytes.AsSpan(AnswerBytes + configuration.Length));
        return bytes;
    }

    /// <summary>Decodes an answer.</summary>
    /// <exception cref="TransportException">The bytes are not an answer of this version.</exception>
    /// <exception cref="ClusterConfigurationFormatException">The configuration in it is malformed.</exception>
    public static MembershipAnswer DecodeAnswer(ReadOnlySpan<byte> source)
    {
        Check(source, AnswerBytes, "answer");
        int length = BinaryPrimitives.ReadInt32LittleEndian(source[61..]);
        var status = (MembershipAnswerStatus)source[1];
        if (!Enum.IsDefined(status) || !Enum.IsDefined((FoundingStage)source[59]) || length < 0
            || length > source.Length - AnswerBytes)
        {
            throw Damaged("answer");
        }

        ReadOnlySpan<byte> configuration = source.Slice(AnswerBytes, length);
        MemberId from = new(BinaryPrimitives.ReadUInt64LittleEndian(source[3..]));
        return new MembershipAnswer(status, from)
        {
            Incarnation = BinaryPrimitives.ReadUInt64LittleEndian(source[35..]),
            Founder = new FounderReport(
                from,
                BinaryPrimitives.ReadUInt64LittleEndian(source[43..]),
                (FoundingStage)source[59],
                HoldsNothing: source[60] != 0,
                BinaryPrimitives.ReadUInt64LittleEndian(source[51..])),
            Refusal = (MembershipRefusal)source[2],
            ClusterId = BinaryPrimitives.ReadUInt64LittleEndian(source[11..]),
            Leader = new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(source[19..])),
            ConfigurationIndex = BinaryPrimitives.ReadUInt64LittleEndian(source[27..]),
            Configuration = configuration.IsEmpty ? null : ClusterConfigurationCodec.Decode(configuration),
            Text = Encoding.UTF8.GetString(source[(AnswerBytes + length)..]),
        };
    }

    private static void Check(ReadOnlySpan<byte> source, int least, string what)
    {
        if (source.Length < least)
        {
            throw Damaged(what);
        }

        if (source[0] != FormatVersion)
        {
            throw new TransportException(
                $"The {what} about the membership is in format {source[0]}; this version of the library reads "
                + $"{FormatVersion}. Run the same version on all members.");
        }
    }

    private static TransportException Damaged(string what) => new($"The {what} about the membership is malformed.");
}
