using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;

namespace Coffer.Policies;

/// <summary>What a request asks for.</summary>
public enum AclOperation
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>List the folder at the path, with or without a slash at its end.</summary>
    List,

    /// <summary>Write where nothing is yet.</summary>
    Create,

    /// <summary>Write where something is, or where the path does not tell the two apart.</summary>
    Update,

    /// <summary>Change in part.</summary>
    Patch,

    /// <summary>Delete.</summary>
    Delete,

    /// <summary>Ask for help: always allowed.</summary>
    Help,

    /// <summary>Recover from a snapshot.</summary>
    Recover,

    /// <summary>Subscribe to events.</summary>
    Subscribe,
}

/// <summary>A request as the ACL sees it.</summary>
/// <param name="Path">The canonical path, without a leading slash.</param>
/// <param name="Operation">What is asked for.</param>
/// <param name="Data">The parameters, body and query together; null, or anything but an object, is none. Only top-level names count.</param>
/// <param name="WrapTtl">How long the reply is to be wrapped; null when it is not.</param>
/// <param name="IsRootProtected">Whether the path wants sudo beside the operation's own capability.</param>
public readonly record struct AclRequest(
    string Path, AclOperation Operation, JsonElement? Data = null, TimeSpan? WrapTtl = null, bool IsRootProtected = false)
{
    /// <summary>Whether a slash at the path's end names another thing than the path without it. Where it does not, rules with and without it mean the same.</summary>
    public bool KeepsFolders { get; init; } = true;

    /// <summary>The segments that ignore case.</summary>
    public SegmentFold Folds { get; init; } = SegmentFold.None;

    /// <summary>The fields that the path declares: how parameters are read. Empty: as they are written.</summary>
    public ImmutableArray<Field> Fields { get; init; } = [];

    /// <summary>About a path of an engine, as its row reads it.</summary>
    /// <param name="full">The whole path: the mount's, and the canonical one below it.</param>
    /// <param name="mount">The mount's path, with its slash.</param>
    /// <param name="match">The row, and the path below the mount.</param>
    /// <param name="operation">What is asked for.</param>
    public static AclRequest Of(string full, string mount, in PathMatch match, AclOperation operation) => new(full, operation, IsRootProtected: match.Path.Sudo)
    {
        KeepsFolders = match.KeepsFolders,
        Folds = SegmentFold.Below(mount, match),
        Fields = match.Path.JudgedFields.IsEmpty ? match.Path.Fields : match.Path.Fields.AddRange(match.Path.JudgedFields),
    };
}
