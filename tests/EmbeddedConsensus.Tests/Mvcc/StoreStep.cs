using FsCheck;
using FsCheck.Fluent;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>One step of a random history: its kind and three numbers as arguments.</summary>
internal readonly record struct StoreStep(StoreStepKind Kind, int A, int B, int C)
{
    public static Gen<StoreStep> Generator { get; } =
        from kind in Gen.Frequency(
            (30, Gen.Constant(StoreStepKind.Put)),
            (8, Gen.Constant(StoreStepKind.Delete)),
            (3, Gen.Constant(StoreStepKind.DeleteRange)),
            (8, Gen.Constant(StoreStepKind.Transaction)),
            (8, Gen.Constant(StoreStepKind.Publish)),
            (4, Gen.Constant(StoreStepKind.Compact)),
            (10, Gen.Constant(StoreStepKind.Reclaim)),
            (5, Gen.Constant(StoreStepKind.OpenView)),
            (4, Gen.Constant(StoreStepKind.CloseSnapshot)),
            (2, Gen.Constant(StoreStepKind.Transfer)))
        from a in Gen.Choose(0, 9999)
        from b in Gen.Choose(0, 9999)
        from c in Gen.Choose(0, 9999)
        select new StoreStep(kind, a, b, c);
}
