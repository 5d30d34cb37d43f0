using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace EmbeddedConsensus;

/// <summary>Writes the full path of a setting as the one who set it knows it: the key of a configuration, or the
/// property of an options class.</summary>
internal sealed class SettingPath
{
    private readonly string _prefix;
    private readonly bool _isConfiguration;

    /// <summary>The paths of one set of options.</summary>
    /// <param name="options">The name of the options class.</param>
    /// <param name="serviceKey">The key of the store; null for the store without one.</param>
    /// <param name="configuration">What the options are bound to; null when code alone sets them.</param>
    public SettingPath(string options, string? serviceKey = null, IConfiguration? configuration = null)
    {
        _isConfiguration = configuration is not null;
        _prefix = configuration switch
        {
            IConfigurationSection section => $"{section.Path}:",
            not null => "",
            null => serviceKey is null ? $"{options}." : $"{options}[\"{serviceKey}\"].",
        };
    }

    /// <summary>The path of a setting.</summary>
    public string To(string setting) => _prefix + setting;

    /// <summary>The path of an entry of a list.</summary>
    public string To(string list, int index)
    {
        string at = index.ToString(CultureInfo.InvariantCulture);
        return _isConfiguration ? $"{_prefix}{list}:{at}" : $"{_prefix}{list}[{at}]";
    }

    /// <summary>The path of a setting of an entry of a list.</summary>
    public string To(string list, int index, string setting) =>
        $"{To(list, index)}{(_isConfiguration ? ':' : '.')}{setting}";
}
