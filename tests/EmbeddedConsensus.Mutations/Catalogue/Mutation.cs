using System.Collections.Immutable;

namespace EmbeddedConsensus.Mutations.Catalogue;

/// <summary>A bug that is put back into the product to check that the tests find it.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Title">What the product does wrong.</param>
/// <param name="Scenarios">The numbers of docs/scenarios.md that it belongs to.</param>
/// <param name="Suite">The suite that has to find it, as written in the file.</param>
/// <param name="Because">The checks of which the suite must report one; empty when any failure counts, because the
/// suite contains only tests of this bug.</param>
/// <param name="Edits">The changes that introduce the bug.</param>
internal sealed record Mutation(
    string Name,
    string Title,
    ImmutableArray<int> Scenarios,
    string Suite,
    ImmutableArray<string> Because,
    ImmutableArray<Edit> Edits);
