using System.Collections.Immutable;

namespace Coffer.Sdk.Storage;

/// <summary>What an engine may know of its mount.</summary>
/// <param name="Path">Canonical, with a slash at the end: <c>aws/</c>, <c>auth/userpass/</c>.</param>
/// <param name="DefaultLeaseTtl">The effective default: the mount's own, else the system's.</param>
/// <param name="MaxLeaseTtl">The effective maximum: the mount's own, else the system's.</param>
public sealed record MountView(
    string Path, string Accessor, string Type, TimeSpan DefaultLeaseTtl, TimeSpan MaxLeaseTtl, ImmutableDictionary<string, string> Options);
