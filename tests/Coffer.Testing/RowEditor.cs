using System.Text;
using SQLitePCL;

namespace Coffer.Testing;

/// <summary>Somebody who may write the database's file and has no key. Works beside an open store of this process, too.</summary>
public static class RowEditor
{
    static RowEditor() => Batteries_V2.Init();

    /// <summary>A row as it is stored; null when there is none.</summary>
    public static StoredRow? Read(string file, string key) =>
        Run<StoredRow?>(file, "SELECT version, value FROM entry WHERE key = ?1", key, null, statement => new StoredRow(raw.sqlite3_column_int64(statement, 0), raw.sqlite3_column_blob(statement, 1).ToArray()));

    /// <param name="file">The database.</param>
    /// <param name="key">Of the row.</param>
    /// <param name="row">Null: the row goes.</param>
    public static void Write(string file, string key, StoredRow? row) =>
        Run<object?>(file, row is null ? "DELETE FROM entry WHERE key = ?1" : "REPLACE INTO entry (key, version, value) VALUES (?1, ?2, ?3)", key, row, _ => null);

    /// <summary>The first column of the first row; zero when there is none.</summary>
    public static long Execute(string file, string sql) => Run(file, sql, null, null, statement => raw.sqlite3_column_int64(statement, 0));

    private static T? Run<T>(string file, string sql, string? key, StoredRow? row, Func<sqlite3_stmt, T> read)
    {
        // The locks of the store are this process's, so they let it in.
        Check(raw.sqlite3_open_v2(file, out var database, raw.SQLITE_OPEN_READWRITE, "unix-excl"));
        using (database)
        {
            Check(raw.sqlite3_busy_timeout(database, 5000));
            Check(raw.sqlite3_prepare_v2(database, sql, out var statement));
            using (statement)
            {
                if (key is not null)
                {
                    raw.sqlite3_bind_blob(statement, 1, Encoding.UTF8.GetBytes(key));
                }

                if (row is not null)
                {
                    raw.sqlite3_bind_int64(statement, 2, row.Version);
                    raw.sqlite3_bind_blob(statement, 3, row.Value);
                }

                var result = raw.sqlite3_step(statement);
                Check(result is raw.SQLITE_ROW or raw.SQLITE_DONE ? raw.SQLITE_OK : result);
                return result == raw.SQLITE_ROW ? read(statement) : default;
            }
        }
    }

    private static void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"SQLite answered {result}");
        }
    }
}
