namespace EmbeddedConsensus;

/// <summary>An operation of a transaction. Made by the methods of <see cref="Op"/>.</summary>
public abstract record Operation
{
    private protected Operation()
    {
    }
}
