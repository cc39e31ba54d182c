using System.Collections.Frozen;

namespace Coffer.Policies.Explain;

/// <summary>Operations as people and the audit log call them.</summary>
public static class OperationWords
{
    private static readonly FrozenDictionary<string, AclOperation> ByWord = new Dictionary<string, AclOperation>(StringComparer.Ordinal)
    {
        ["read"] = AclOperation.Read,
        ["list"] = AclOperation.List,
        ["create"] = AclOperation.Create,
        ["update"] = AclOperation.Update,

        // Almost every write is an update for the policies; where one can be a create, that is asked for by its own word.
        ["write"] = AclOperation.Update,
        ["patch"] = AclOperation.Patch,
        ["delete"] = AclOperation.Delete,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The words there are, for messages.</summary>
    public const string Known = "read, list, create, update, write, patch or delete";

    /// <summary>The operation of a word; case does not matter.</summary>
    public static bool TryParse(string word, out AclOperation operation)
    {
        ArgumentNullException.ThrowIfNull(word);
        return ByWord.TryGetValue(word.ToLowerInvariant(), out operation);
    }

    /// <summary>As the audit log has it.</summary>
    public static string Of(AclOperation operation) => operation.ToString().ToLowerInvariant();
}
