using System.Text.Json;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Replies;
using Coffer.Storage;

namespace Coffer.Kernel.BuiltIn.Identity;

/// <summary>Lists of entities, groups and aliases: ids, with information on each.</summary>
internal static class IdentityLists
{
    /// <summary>Everything of one kind, in order of the keys. What is added or removed while it reads may be in the list or not.</summary>
    /// <param name="keys">What the keys begin with; the id follows.</param>
    /// <param name="find">Finds the entry with that id.</param>
    public static async ValueTask<List<T>> AllAsync<T>(
        Transactor transactions, string keys, Func<UnitOfWork, string, CancellationToken, ValueTask<T?>> find, CancellationToken cancellation)
        where T : class
    {
        // Read outside the request's unit of work: a list of thousands must not run again because one of them has changed.
        var all = new List<T>();
        string? after = null;
        while (true)
        {
            var found = await transactions.Begin().ScanAsync(keys, after, StoreLimits.ScanMax, cancellation);
            foreach (var key in found)
            {
                if (await find(transactions.Begin(), key[keys.Length..], cancellation) is { } item)
                {
                    all.Add(item);
                }
            }

            if (found.Count < StoreLimits.ScanMax)
            {
                return all;
            }

            after = found[^1];
        }
    }

    /// <summary><c>keys</c> and <c>key_info</c>; 404 when there are none.</summary>
    public static Reply Of<T>(IReadOnlyList<T> all, Func<T, string> idOf, Action<Utf8JsonWriter, T> info) => all.Count == 0
        ? Reply.NotFound
        : Reply.With(json =>
        {
            json.WriteStartObject("key_info");
            foreach (var item in all)
            {
                json.WriteStartObject(idOf(item));
                info(json, item);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartArray("keys");
            foreach (var item in all)
            {
                json.WriteStringValue(idOf(item));
            }

            json.WriteEndArray();
        });
}
