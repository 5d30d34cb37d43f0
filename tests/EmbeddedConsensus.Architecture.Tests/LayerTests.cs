using System.Reflection;
using NetArchTest.Rules;

namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>No arrow between the layers of the core runs up.</summary>
public sealed class LayerTests
{
    private static readonly Assembly Core = typeof(IKeyValueStore).Assembly;

    public static TheoryData<string> All => [.. Layers.All];

    [Theory]
    [MemberData(nameof(All))]
    public void A_layer_uses_only_the_layers_below_it(string layer)
    {
        IEnumerable<string> found = Types.InAssembly(Core)
            .That().ResideInNamespaceMatching($"^{Layers.NamespaceOf(layer)}(\\.|$)")
            .ShouldNot().HaveDependencyOnAny(Layers.ForbiddenTo(layer))
            .GetResult().FailingTypeNames ?? [];
        Rule.Holds("arrow", found);
    }

    [Fact]
    public void The_API_uses_no_layer()
    {
        HashSet<string> api = [.. SourceTree.Files("src/EmbeddedConsensus/Api").Select(file => file.TypeName)];
        IEnumerable<string> found = Types.InAssembly(Core)
            .That().ResideInNamespaceMatching("^EmbeddedConsensus$")
            .ShouldNot().HaveDependencyOnAny(Layers.ForbiddenToApi)
            .GetResult().FailingTypeNames ?? [];
        Rule.Holds("arrow", found.Where(name => api.Contains(name.Split('.', '/', '+')[1])));
    }
}
