using System.Collections.Immutable;
using System.Reflection;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>Every reason of consensus has a sentence for the operator.</summary>
public sealed class MembershipTextTests
{
    private static readonly Dictionary<Type, object> Facts = new()
    {
        [typeof(MemberId)] = new MemberId(71),
        [typeof(ulong)] = 72UL,
        [typeof(int)] = 73,
        [typeof(string)] = "host:74",
        [typeof(ImmutableArray<MemberId>)] = ImmutableArray.Create(new MemberId(75), new MemberId(76)),
        [typeof(ClusterConfiguration)] = new ClusterConfiguration { LastMemberId = new MemberId(77) },
    };

    public static TheoryData<string> Refusals => [.. CasesOf(typeof(ChangeRefusal))];

    public static TheoryData<string> Ends => [.. CasesOf(typeof(MembershipEnd))];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_refusal_has_a_sentence(string refusal) =>
        Assert.EndsWith(".", ChangeRefusalText.Of(Sample<ChangeRefusal>(refusal)), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Ends))]
    public void The_end_of_a_membership_has_a_sentence_that_names_the_member(string end) =>
        Assert.Contains("71", MembershipEndText.Of(Sample<MembershipEnd>(end)), StringComparison.Ordinal);

    [Fact]
    public void Every_kind_of_refusal_is_used() =>
        Assert.Equal(
            Enum.GetValues<MembershipRefusal>().Where(kind => kind != MembershipRefusal.None),
            CasesOf(typeof(ChangeRefusal)).Select(name => Sample<ChangeRefusal>(name).Kind).Distinct().Order());

    private static IEnumerable<string> CasesOf(Type union) => union.GetNestedTypes().Select(type => type.Name);

    private static T Sample<T>(string name)
    {
        ConstructorInfo constructor = typeof(T).GetNestedType(name)!.GetConstructors().Single();
        return (T)constructor.Invoke(
            [.. constructor.GetParameters().Select(parameter => Facts[parameter.ParameterType])]);
    }
}
