using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>
/// The checker agrees with the definition of linearizability on thousands of small histories, half of them corrupted:
/// this tests the tool that tests everything else.
/// </summary>
public sealed class BruteForceTests
{
    [Fact]
    public void The_search_agrees_with_brute_force_on_small_histories_of_a_register()
    {
        int[] verdicts = [0, 0];
        for (int seed = 0; seed < 20_000; seed++)
        {
            ModelCall<int, int>[] calls = RegisterHistory(new Random(seed));

            SearchResult result = WingGongLoweChecker.Check(new CounterModel(), calls);

            bool expected = BruteForce.HasOrder(new CounterModel(), calls);
            Assert.True(
                result.Verdict == (expected ? Verdict.Linearizable : Verdict.NotLinearizable),
                $"Seed {seed}: {result.Verdict}, brute force says {expected}: {string.Join(", ", calls)}");
            if (expected)
            {
                AssertIsWitness(calls, result.Order);
            }

            verdicts[expected ? 1 : 0]++;
        }

        Assert.True(verdicts.Min() > 2000, $"{verdicts[1]} linearizable, {verdicts[0]} not: too one-sided to tell.");
    }

    [Fact]
    public void The_store_check_agrees_with_brute_force_on_small_histories_of_a_store()
    {
        int[] verdicts = [0, 0];
        for (int seed = 0; seed < 6000; seed++)
        {
            Random random = new(seed);
            HistoryGenerator generator = new(seed, clients: 2 + (seed % 3), keys: 2)
            {
                UnknownPerMille = 350,
                SingleKeysOnly = seed % 2 == 0,
            };
            StoreHistory history = generator.Generate(4 + (seed % 3));
            if (seed % 4 > 0)
            {
                history = HistorySpoiler.Spoil(history, random);
            }

            CheckResult result = LinearizabilityChecker.Check(history);

            bool expected = BruteForce.HasOrder(new PrefixModel(), [.. history.Calls.Select(ToModel)]);
            Assert.True(
                result.Verdict == (expected ? Verdict.Linearizable : Verdict.NotLinearizable),
                $"Seed {seed}: brute force says {expected}. {result}\n{string.Join('\n', history.Calls)}");
            verdicts[expected ? 1 : 0]++;
        }

        Assert.True(verdicts.Min() > 1000, $"{verdicts[1]} linearizable, {verdicts[0]} not: too one-sided to tell.");
    }

    private static ModelCall<Operation, OperationResult> ToModel(StoreCall call) => new(
        call.InvokedAt,
        call.Outcome == CallOutcome.Unknown ? null : call.ReturnedAt,
        call.Operation!,
        call.Result);

    // Runs a register, each call at some moment between its start and its end; then perhaps changes a result.
    private static ModelCall<int, int>[] RegisterHistory(Random random)
    {
        int count = random.Next(2, 8);
        (long From, long At, long To, int Input)[] plan = new (long, long, long, int)[count];
        for (int i = 0; i < count; i++)
        {
            long from = random.Next(20);
            long to = from + random.Next(12);
            plan[i] = (from, random.NextInt64(from, to + 1), to, random.Next(-1, 3));
        }

        Array.Sort(plan, (a, b) => a.At.CompareTo(b.At));
        ModelCall<int, int>[] calls = new ModelCall<int, int>[count];
        int state = 0;
        for (int i = 0; i < count; i++)
        {
            bool isUnknown = random.Next(5) == 0;
            int answer = random.Next(12) == 0 ? random.Next(3) : state;
            calls[i] = new ModelCall<int, int>(
                plan[i].From, isUnknown ? null : plan[i].To, plan[i].Input, isUnknown ? 0 : answer);
            state = !isUnknown || random.Next(2) == 0 ? CounterModel.Next(state, plan[i].Input) : state;
        }

        return calls;
    }

    private static void AssertIsWitness(ModelCall<int, int>[] calls, IReadOnlyList<int> order)
    {
        int state = 0;
        for (int i = 0; i < order.Count; i++)
        {
            ModelCall<int, int> call = calls[order[i]];
            Assert.True(call.ReturnedAt is null || call.Output == state);
            Assert.DoesNotContain(order.Skip(i + 1), later => calls[later].ReturnedAt < call.InvokedAt);
            state = CounterModel.Next(state, call.Input);
        }

        Assert.Equal(order.Count, order.Distinct().Count());
        Assert.Empty(Enumerable.Range(0, calls.Length)
            .Where(call => calls[call].ReturnedAt is not null)
            .Except(order));
    }
}
