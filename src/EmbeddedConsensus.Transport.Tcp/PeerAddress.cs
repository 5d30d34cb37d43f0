using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>An address in the form <c>host:port</c>.</summary>
/// <param name="Host">An IP address without brackets, a host name, or <c>*</c>.</param>
/// <param name="Port">0 to 65,535.</param>
internal readonly record struct PeerAddress(string Host, int Port)
{
    /// <summary>Whether it stands for every address of the machine.</summary>
    public bool IsAny => Host == "*";

    /// <summary>Parses <c>host:port</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerAddress address)
    {
        address = default;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !ushort.TryParse(
                text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = text![..colon];
        if (host is ['[', .. var inner, ']'])
        {
            host = inner;
            if (!IPAddress.TryParse(host, out _))
            {
                return false;
            }
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            // An IPv6 address without brackets: which colon is before the port is a guess.
            return false;
        }

        address = new PeerAddress(host, port);
        return host.Length > 0 && !host.Any(char.IsWhiteSpace);
    }

    /// <summary>The address in its written form.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
