using System.Numerics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Storage.Faster;

/// <summary>Checks the options of one store's storage.</summary>
/// <param name="serviceKey">The key of the store; null for the store without one.</param>
/// <param name="configuration">What the options are bound to; null when code alone sets them.</param>
internal sealed class FasterStorageOptionsValidator(string? serviceKey, IConfiguration? configuration)
    : IValidateOptions<FasterStorageOptions>
{
    private static readonly TimeSpan MinCommit = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxCommit = TimeSpan.FromHours(1);

    /// <summary>The settings that a configuration can hold.</summary>
    public static IReadOnlyCollection<string> Settings { get; } =
    [
        nameof(FasterStorageOptions.Directory), nameof(FasterStorageOptions.SegmentBytes),
        nameof(FasterStorageOptions.PageBytes), nameof(FasterStorageOptions.MemoryBytes),
        nameof(FasterStorageOptions.PreallocationBytes), nameof(FasterStorageOptions.CommitTimeout),
    ];

    /// <summary>Checks options that did not come through the options pipeline.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of range.</exception>
    public static void ThrowIfInvalid(FasterStorageOptions options)
    {
        SettingFaults faults = new(new SettingPath(nameof(FasterStorageOptions)));
        Check(options, faults);
        if (faults.Messages.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', faults.Messages), nameof(options));
        }
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, FasterStorageOptions options)
    {
        if (name != (serviceKey ?? Options.DefaultName))
        {
            return ValidateOptionsResult.Skip;
        }

        SettingFaults faults = new(new SettingPath(nameof(FasterStorageOptions), serviceKey, configuration));
        faults.RequireKnownKeys(configuration, Settings);
        Check(options, faults);
        return faults.Result;
    }

    private static void Check(FasterStorageOptions options, SettingFaults faults)
    {
        faults.Require(!string.IsNullOrWhiteSpace(options.Directory), nameof(options.Directory),
            "is empty. Set it to a folder of this member's own.");
        RequirePowerOfTwo(options.PageBytes, 64L << 10, 16L << 20, nameof(options.PageBytes), faults);
        RequirePowerOfTwo(options.SegmentBytes, options.PageBytes, 1L << 30, nameof(options.SegmentBytes), faults);
        RequirePowerOfTwo(options.MemoryBytes, 4L * options.PageBytes, 1L << 30, nameof(options.MemoryBytes), faults);
        faults.RequireRange(
            options.PreallocationBytes, 4096, Math.Max(4096, options.SegmentBytes), nameof(options.PreallocationBytes));
        faults.RequireRange(options.CommitTimeout, MinCommit, MaxCommit, nameof(options.CommitTimeout));
    }

    private static void RequirePowerOfTwo(long value, long min, long max, string setting, SettingFaults faults)
    {
        faults.RequireRange(value, min, max, setting);
        faults.Require(value <= 0 || BitOperations.IsPow2(value), setting,
            $"is {value}. Use a power of two, such as {BitOperations.RoundUpToPowerOf2((ulong)Math.Max(value, 1))}.");
    }
}
