namespace Coffer.Kill.Tests.Points;

public sealed class RevokeKillTests() : KillPointTests(new Deed.Revoke(), calls: 11, commits: 2, groups: 2);
