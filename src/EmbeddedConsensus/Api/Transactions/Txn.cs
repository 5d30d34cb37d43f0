using System.Collections.Immutable;

namespace EmbeddedConsensus;

/// <summary>
/// A transaction: if all conditions hold, the operations of <see cref="Success"/> run, otherwise those of
/// <see cref="Failure"/>; either list runs as a whole, at one revision.
/// </summary>
/// <example><code>
/// Txn.If(Compare.Missing("lock")).Then(Op.Put("lock", "me")).Else(Op.Get("lock"))
/// </code></example>
public sealed record Txn
{
    private Txn(ImmutableArray<Compare> conditions) => Conditions = conditions;

    /// <summary>The conditions; with none, <see cref="Success"/> runs.</summary>
    public ImmutableArray<Compare> Conditions { get; }

    /// <summary>What runs when every condition holds.</summary>
    public ImmutableArray<Operation> Success { get; private init; } = [];

    /// <summary>What runs otherwise.</summary>
    public ImmutableArray<Operation> Failure { get; private init; } = [];

    /// <summary>Begins a transaction with conditions.</summary>
    /// <param name="conditions">All of them must hold.</param>
    public static Txn If(params ReadOnlySpan<Compare> conditions) => new([.. conditions]);

    /// <inheritdoc cref="If(ReadOnlySpan{Compare})" />
    public static Txn If(IEnumerable<Compare> conditions) => new([.. conditions]);

    /// <summary>A transaction without conditions.</summary>
    /// <param name="operations">What it does.</param>
    public static Txn Do(params ReadOnlySpan<Operation> operations) => new([]) { Success = [.. operations] };

    /// <inheritdoc cref="Do(ReadOnlySpan{Operation})" />
    public static Txn Do(IEnumerable<Operation> operations) => new([]) { Success = [.. operations] };

    /// <summary>Adds operations that run when every condition holds.</summary>
    /// <param name="operations">The operations.</param>
    /// <returns>The longer transaction; this one stays as it is.</returns>
    public Txn Then(params ReadOnlySpan<Operation> operations) => this with { Success = [.. Success, .. operations] };

    /// <inheritdoc cref="Then(ReadOnlySpan{Operation})" />
    public Txn Then(IEnumerable<Operation> operations) => this with { Success = [.. Success, .. operations] };

    /// <summary>Adds operations that run when a condition does not hold.</summary>
    /// <param name="operations">The operations.</param>
    /// <returns>The longer transaction; this one stays as it is.</returns>
    public Txn Else(params ReadOnlySpan<Operation> operations) => this with { Failure = [.. Failure, .. operations] };

    /// <inheritdoc cref="Else(ReadOnlySpan{Operation})" />
    public Txn Else(IEnumerable<Operation> operations) => this with { Failure = [.. Failure, .. operations] };
}
