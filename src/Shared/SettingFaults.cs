using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Collects what is wrong with a set of options. Each message names the setting with its full path, its value,
/// the limit and the remedy.</summary>
internal sealed class SettingFaults(SettingPath path)
{
    private readonly List<string> _messages = [];

    /// <summary>The paths of the settings.</summary>
    public SettingPath Path => path;

    /// <summary>The messages.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>What to return to the options pipeline.</summary>
    public ValidateOptionsResult Result =>
        _messages.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_messages);

    /// <summary>Adds a message.</summary>
    public void Add(string message) => _messages.Add(message);

    /// <summary>Adds a message about a setting unless a condition holds.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="problem">Its value, the limit and the remedy: <c>is 0. Use at least 1.</c></param>
    public void Require(bool holds, string setting, string problem)
    {
        if (!holds)
        {
            Add($"{path.To(setting)} {problem}");
        }
    }

    /// <summary>Adds a message unless a number is within its range.</summary>
    public void RequireRange(long value, long min, long max, string setting) =>
        Require(value >= min && value <= max, setting, $"is {value}. Use {min} to {max}.");

    /// <summary>Adds a message unless a time is within its range.</summary>
    public void RequireRange(TimeSpan value, TimeSpan min, TimeSpan max, string setting) =>
        Require(value >= min && value <= max, setting, $"is {value}. Use {min} to {max}.");

    /// <summary>Adds a message for each key of a configuration that no setting has: a misspelled setting would be
    /// ignored. Keys that have keys of their own below them may belong to others. So may every key of a whole
    /// configuration, which holds the environment's too.</summary>
    /// <param name="configuration">What the options are bound to; null when code alone sets them.</param>
    /// <param name="settings">The settings that can be bound.</param>
    public void RequireKnownKeys(IConfiguration? configuration, IReadOnlyCollection<string> settings)
    {
        if (configuration is not IConfigurationSection)
        {
            return;
        }

        foreach (IConfigurationSection child in configuration.GetChildren())
        {
            if (!settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && !child.GetChildren().Any())
            {
                Add($"{child.Path} is '{child.Value}', and there is no such setting. Remove it, or use one of: "
                    + $"{string.Join(", ", settings)}.");
            }
        }
    }
}
