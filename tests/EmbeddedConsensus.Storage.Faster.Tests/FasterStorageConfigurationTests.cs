using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The storage is configured by a section of a configuration.</summary>
public sealed class FasterStorageConfigurationTests
{
    [Fact]
    public void Settings_are_bound_and_code_comes_last()
    {
        ServiceCollection services = new();
        services.AddConsensusStore().UseFasterStorage(
            SectionOf(("Directory", "member-1"), ("SegmentBytes", "33554432")),
            options => options.CommitTimeout = TimeSpan.FromSeconds(3));
        using ServiceProvider provider = services.BuildServiceProvider();

        FasterStorageOptions options = provider.GetRequiredService<IOptions<FasterStorageOptions>>().Value;

        Assert.Equal(("member-1", 32L << 20), (options.Directory, options.SegmentBytes));
        Assert.Equal(TimeSpan.FromSeconds(3), options.CommitTimeout);
    }

    [Theory]
    [InlineData("Folder", "x", "Storage:Folder is 'x', and there is no such setting")]
    [InlineData("PageBytes", "100000", "Storage:PageBytes is 100000. Use a power of two, such as 131072")]
    [InlineData("Directory", " ", "Storage:Directory is empty. Set it to a folder")]
    public void A_mistake_is_named_by_its_full_path(string key, string value, string message)
    {
        ServiceCollection services = new();
        services.AddConsensusStore().UseFasterStorage(SectionOf((key, value)));
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(thrown.Failures, failure => failure.StartsWith(message, StringComparison.Ordinal));
    }

    private static IConfigurationSection SectionOf(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(
                setting => new KeyValuePair<string, string?>($"Storage:{setting.Key}", setting.Value)))
            .Build().GetSection("Storage");
}
