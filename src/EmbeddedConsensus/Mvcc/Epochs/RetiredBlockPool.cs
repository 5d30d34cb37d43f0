namespace EmbeddedConsensus.Mvcc;

/// <summary>The blocks of all lists of retired items of a store.</summary>
internal sealed unsafe class RetiredBlockPool
{
    private const int MaxSpare = 64;

    // Every block in use or spare, so that they can be freed together: lists need not be emptied first.
    private readonly LargeAllocations _blocks = new();
    private RetiredBlock* _spare;
    private int _spareBlocks;

    /// <summary>Bytes of all blocks.</summary>
    public long AllocatedBytes => _blocks.Bytes;

    /// <summary>Hands out a block.</summary>
    public RetiredBlock* Rent()
    {
        RetiredBlock* block = _spare;
        if (block == null)
        {
            block = (RetiredBlock*)_blocks.Allocate(RetiredBlock.Bytes);
        }
        else
        {
            _spare = block->Next;
            _spareBlocks--;
        }
        block->Next = null;
        return block;
    }

    /// <summary>Takes a block back.</summary>
    public void Return(RetiredBlock* block)
    {
        if (_spareBlocks == MaxSpare)
        {
            _blocks.Free((byte*)block);
            return;
        }
        block->Next = _spare;
        _spare = block;
        _spareBlocks++;
    }

    /// <summary>Frees all blocks, those of lists included.</summary>
    public void Release()
    {
        _spare = null;
        _spareBlocks = 0;
        _blocks.Release();
    }
}
