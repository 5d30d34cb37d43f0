using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The options that the members of a test cluster are started with.</summary>
internal static class MemberStoreOptions
{
    // A member may be given at most this many addresses to join by.
    private const int MaxJoinAddresses = 32;

    /// <summary>The options of a member's store: the test's, with the member's own identity and the addresses of the
    /// others.</summary>
    /// <param name="self">The member.</param>
    /// <param name="members">All members of the cluster by index; the first are its founders.</param>
    /// <param name="founders">How many members founded the cluster.</param>
    /// <param name="configure">Sets the test's options; null for the defaults.</param>
    /// <exception cref="OptionsValidationException">The test's options are not valid.</exception>
    public static ConsensusStoreOptions Of(
        TestClusterMember self,
        IReadOnlyList<TestClusterMember> members,
        int founders,
        Action<ConsensusStoreOptions>? configure)
    {
        ConsensusStoreOptions options = new();
        configure?.Invoke(options);
        options.MemberId = self.Id.Value;
        options.AdvertisedAddress = self.Address;
        options.Members.Clear();
        options.JoinAddresses.Clear();
        options.JoinAsLearner = self.JoinsAs == MemberRole.Learner;
        if (self.JoinsAs is not null)
        {
            foreach (TestClusterMember other in members.Where(other => other != self).Take(MaxJoinAddresses))
            {
                options.JoinAddresses.Add(other.Address);
            }
        }
        else if (founders > 1)
        {
            foreach (TestClusterMember founder in members.Take(founders))
            {
                options.Members.Add(new MemberOptions { Id = founder.Id.Value, Address = founder.Address });
            }
        }

        ValidateOptionsResult result = new ConsensusStoreOptionsValidator(null, null)
            .Validate(Options.DefaultName, options);
        return result.Succeeded
            ? options
            : throw new OptionsValidationException(
                Options.DefaultName, typeof(ConsensusStoreOptions), result.Failures);
    }
}
