using System.Collections.Immutable;

namespace EmbeddedConsensus.Mutations.Catalogue;

/// <summary>A bug that is put back into the product to see that the tests notice it.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Title">What the product does wrong with it.</param>
/// <param name="Scenarios">The situations of the numbered list that it belongs to.</param>
/// <param name="Suite">The suite that has to notice, in the words of the file.</param>
/// <param name="Because">The promises of which the suite has to find one broken; empty when any failure counts, since
/// the suite holds nothing but tests of this very thing.</param>
/// <param name="Edits">The changes that make the bug.</param>
internal sealed record Mutation(
    string Name,
    string Title,
    ImmutableArray<int> Scenarios,
    string Suite,
    ImmutableArray<string> Because,
    ImmutableArray<Edit> Edits);
