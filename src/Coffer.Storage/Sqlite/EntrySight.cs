namespace Coffer.Storage.Sqlite;

/// <summary>Sees an entry during a scan. The value is valid only for the call.</summary>
internal delegate void EntrySight(string key, long version, ReadOnlySpan<byte> value);
