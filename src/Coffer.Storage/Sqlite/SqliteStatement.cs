using SQLitePCL;

namespace Coffer.Storage.Sqlite;

/// <summary>A prepared statement. Parameters count from one, columns from zero.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    /// <summary>Bound copies over this size are given back at once instead of at the next use.</summary>
    private const int KeptBindingBytesMax = 16 * 1024;

    private bool _clears;

    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(handle, parameter, value));

    public void Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span may have no address, which SQLite would take for NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, value));
        _clears |= value.Length > KeptBindingBytesMax;
    }

    /// <returns>Whether there is a row.</returns>
    public bool Step()
    {
        var result = raw.sqlite3_step(handle);
        return result switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw database.Failure(result),
        };
    }

    /// <summary>Runs a statement that returns no rows, and makes it ready for its next use.</summary>
    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Reset();
        }
    }

    public long Number(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    /// <summary>Ends the run; what went wrong in it was said by <see cref="Step"/>, so the repeated result is not looked at.</summary>
    public void Reset()
    {
        raw.sqlite3_reset(handle);
        if (_clears)
        {
            raw.sqlite3_clear_bindings(handle);
            _clears = false;
        }
    }

    public void Dispose() => handle.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw database.Failure(result);
        }
    }
}
