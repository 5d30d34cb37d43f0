using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>Checks the options of one store's transport.</summary>
/// <param name="serviceKey">The key of the store; null for the store without one.</param>
/// <param name="configuration">What the options are bound to; null when code alone sets them.</param>
internal sealed class TcpTransportOptionsValidator(string? serviceKey, IConfiguration? configuration)
    : IValidateOptions<TcpTransportOptions>
{
    private const int MinSendQueueBytes = 1 << 20;

    private static readonly TimeSpan MaxTime = TimeSpan.FromHours(1);

    /// <summary>The settings that a configuration can hold.</summary>
    public static IReadOnlyCollection<string> Settings { get; } =
    [
        nameof(TcpTransportOptions.ListenEndpoint), nameof(TcpTransportOptions.SendQueueBytes),
        nameof(TcpTransportOptions.SendQueueMessages), nameof(TcpTransportOptions.MaxInboundConnections),
        nameof(TcpTransportOptions.ConnectTimeout), nameof(TcpTransportOptions.HandshakeTimeout),
        nameof(TcpTransportOptions.RequestTimeout), nameof(TcpTransportOptions.ReconnectBackoffMin),
        nameof(TcpTransportOptions.ReconnectBackoffMax), nameof(TcpTransportOptions.KeepAliveInterval),
        nameof(TcpTransportOptions.IdleTimeout), nameof(TcpTransportOptions.NoDelay),
    ];

    /// <summary>Checks options that did not come through the options pipeline.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of range.</exception>
    public static void ThrowIfInvalid(TcpTransportOptions options)
    {
        SettingFaults faults = new(new SettingPath(nameof(TcpTransportOptions)));
        Check(options, faults);
        if (faults.Messages.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults.Messages), nameof(options));
        }
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, TcpTransportOptions options)
    {
        if (name != (serviceKey ?? Options.DefaultName))
        {
            return ValidateOptionsResult.Skip;
        }

        SettingFaults faults = new(new SettingPath(nameof(TcpTransportOptions), serviceKey, configuration));
        faults.RequireKnownKeys(configuration, Settings);
        Check(options, faults);
        return faults.Result;
    }

    private static void Check(TcpTransportOptions options, SettingFaults faults)
    {
        faults.Require(
            options.ListenEndpoint is null || PeerAddress.TryParse(options.ListenEndpoint, out _),
            nameof(options.ListenEndpoint),
            $"is '{options.ListenEndpoint}'. Use host:port, such as 0.0.0.0:2380 or [::1]:2380, or leave it out to "
            + "listen where the other members look for this one.");
        faults.Require(options.SendQueueBytes >= MinSendQueueBytes, nameof(options.SendQueueBytes),
            $"is {options.SendQueueBytes}. Use at least {MinSendQueueBytes}.");
        faults.Require(options.SendQueueMessages >= 1, nameof(options.SendQueueMessages),
            $"is {options.SendQueueMessages}. Use at least 1.");
        faults.Require(options.MaxInboundConnections >= 2, nameof(options.MaxInboundConnections),
            $"is {options.MaxInboundConnections}. Use at least 2: each peer needs two.");
        CheckTimes(options, faults);
    }

    private static void CheckTimes(TcpTransportOptions options, SettingFaults faults)
    {
        RequirePositive(options.ConnectTimeout, nameof(options.ConnectTimeout), faults);
        RequirePositive(options.HandshakeTimeout, nameof(options.HandshakeTimeout), faults);
        RequirePositive(options.RequestTimeout, nameof(options.RequestTimeout), faults);
        RequirePositive(options.ReconnectBackoffMin, nameof(options.ReconnectBackoffMin), faults);
        RequirePositive(options.KeepAliveInterval, nameof(options.KeepAliveInterval), faults);
        faults.Require(
            options.ReconnectBackoffMax >= options.ReconnectBackoffMin && options.ReconnectBackoffMax <= MaxTime,
            nameof(options.ReconnectBackoffMax),
            $"is {options.ReconnectBackoffMax}. Use {nameof(options.ReconnectBackoffMin)}, "
            + $"{options.ReconnectBackoffMin}, to {MaxTime}.");
        faults.Require(options.IdleTimeout >= 2 * options.KeepAliveInterval, nameof(options.IdleTimeout),
            $"is {options.IdleTimeout}. Use at least twice {nameof(options.KeepAliveInterval)}, "
            + $"{2 * options.KeepAliveInterval}.");
    }

    private static void RequirePositive(TimeSpan value, string setting, SettingFaults faults) =>
        faults.Require(value > TimeSpan.Zero && value <= MaxTime, setting,
            $"is {value}. Use more than zero and at most {MaxTime}.");
}
