using System.Collections.Immutable;

namespace Coffer.Storage.Sqlite.Register;

/// <summary>
/// A register with its key: a keyed hash of every registered entry, about 90 bytes each, and a sum of them for each kind. Written by the writer's thread, which notes what
/// a group writes and takes it over once that is committed; looked at by every reader.
/// </summary>
internal sealed class OpenRegister : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, UInt128> _entries = [];
    private readonly Dictionary<UInt128, (int Kind, UInt128? Mac)> _staged = [];
    private readonly RegisterLayout _layout;
    private readonly UInt128[] _ids;
    private readonly bool[] _touched;
    private RegisterSum[] _sums;
    private RegisterSum[] _next;
    private UInt128[] _macs;
    private UInt128[] _nextMacs;

    public OpenRegister(ReadOnlySpan<byte> key, RegisterLayout layout)
    {
        Macs = new RegisterMacs(key);
        _layout = layout;
        _ids = [.. layout.Kinds.Select(kind => Macs.IdOf(kind))];
        _sums = new RegisterSum[_ids.Length];
        _next = new RegisterSum[_ids.Length];
        _macs = new UInt128[_ids.Length];
        _nextMacs = new UInt128[_ids.Length];
        _touched = new bool[_ids.Length];
    }

    public RegisterMacs Macs { get; }

    public RegisterLayout Layout => _layout;

    /// <summary>Names of the kinds that did not match when the register was opened, and that no operator has accepted.</summary>
    public ImmutableArray<string> Touched
    {
        get
        {
            lock (_gate)
            {
                return [.. _layout.Kinds.Where((_, kind) => _touched[kind]).Select(kind => kind.Name)];
            }
        }
    }

    /// <summary>Takes an entry as it is found. Only while the register is being opened.</summary>
    public void Find(string key, long version, ReadOnlySpan<byte> value)
    {
        var kind = _layout.KindOf(key);
        var id = Macs.IdOf(key);
        var mac = Macs.OfEntryWith(id, version, value);
        _entries[id] = mac;
        _sums[kind] = _sums[kind].With(mac);
    }

    /// <summary>Compares what was found, all of it by now, with what is stored. Ends the opening.</summary>
    /// <param name="stored">By a kind's id; null: nothing that could be believed.</param>
    public void Compare(Dictionary<UInt128, UInt128>? stored)
    {
        for (var kind = 0; kind < _ids.Length; kind++)
        {
            // One that is not in a row of ours is registered for the first time.
            _macs[kind] = Macs.OfKind(_ids[kind], _sums[kind]);
            _touched[kind] = stored is null ? _entries.Count > 0 : stored.TryGetValue(_ids[kind], out var mac) && mac != _macs[kind];
        }
    }

    /// <summary>What was found is what is there.</summary>
    public void Accept()
    {
        lock (_gate)
        {
            Array.Clear(_touched);
        }
    }

    /// <summary>Whether an entry, or that there is none, is what was last committed. Always so for a key that is not registered.</summary>
    /// <param name="key">Of the entry.</param>
    /// <param name="version">Null: there is none.</param>
    /// <param name="value">Empty where there is none.</param>
    public bool Matches(string key, long? version, ReadOnlySpan<byte> value)
    {
        if (_layout.KindOf(key) == RegisterLayout.None)
        {
            return true;
        }

        var id = Macs.IdOf(key);
        UInt128? mac = version is { } present ? Macs.OfEntryWith(id, present, value) : null;
        lock (_gate)
        {
            return (_entries.TryGetValue(id, out var known) ? known : null as UInt128?) == mac;
        }
    }

    /// <summary>Begins a group.</summary>
    public void Begin() => _staged.Clear();

    /// <summary>Notes what a group writes; null: it deletes.</summary>
    public void Stage(string key, StoreEntry? entry)
    {
        var kind = _layout.KindOf(key);
        if (kind != RegisterLayout.None)
        {
            var id = Macs.IdOf(key);
            _staged[id] = (kind, entry is { } present ? Macs.OfEntryWith(id, present.Version, present.Value.Span) : null);
        }
    }

    /// <summary>The row that belongs to the group.</summary>
    public byte[] Row(long identity, long generation)
    {
        // Without the lock: only this thread changes the entries.
        _sums.CopyTo(_next, 0);
        _macs.CopyTo(_nextMacs, 0);
        foreach (var (id, (kind, mac)) in _staged)
        {
            var sum = _entries.TryGetValue(id, out var old) ? _next[kind].Without(old) : _next[kind];
            _next[kind] = mac is { } written ? sum.With(written) : sum;
        }

        Span<(UInt128, UInt128)> kinds = stackalloc (UInt128, UInt128)[_ids.Length];
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            if (_next[kind] != _sums[kind])
            {
                _nextMacs[kind] = Macs.OfKind(_ids[kind], _next[kind]);
            }

            kinds[kind] = (_ids[kind], IsTouched(kind) ? RegisterRow.Touched : _nextMacs[kind]);
        }

        return RegisterRow.Write(Macs, identity, generation, kinds);
    }

    /// <summary>The group is committed.</summary>
    public void Settle()
    {
        (_sums, _next, _macs, _nextMacs) = (_next, _sums, _nextMacs, _macs);
        lock (_gate)
        {
            foreach (var (id, (_, mac)) in _staged)
            {
                if (mac is { } written)
                {
                    _entries[id] = written;
                }
                else
                {
                    _entries.Remove(id);
                }
            }
        }

        _staged.Clear();
    }

    public void Dispose() => Macs.Dispose();

    private bool IsTouched(int kind)
    {
        lock (_gate)
        {
            return _touched[kind];
        }
    }
}
