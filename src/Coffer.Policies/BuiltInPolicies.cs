
namespace Coffer.Policies;

/// <summary>The texts of the policies that are there from the start. The root policy has none.</summary>
public static class BuiltInPolicies
{
    /// <summary>What <c>default</c> says until an operator changes it.</summary>
    public const string Default =
        """
        # A token can look at, renew and revoke itself.
        path "auth/token/lookup-self" {
          capabilities = ["read"]
        }

        path "auth/token/renew-self" {
          capabilities = ["update"]
        }

        path "auth/token/revoke-self" {
          capabilities = ["update"]
        }

        # It can ask what it may do, and a user interface can ask for all of that at once.
        path "sys/capabilities-self" {
          capabilities = ["update"]
        }

        path "sys/internal/ui/resultant-acl" {
          capabilities = ["read"]
        }

        # It can ask why it may not: only about itself.
        path "sys/policies/explain-self" {
          capabilities = ["update"]
        }

        # The owner of a token can read their own entity.
        path "identity/entity/id/{{identity.entity.id}}" {
          capabilities = ["read"]
        }

        path "identity/entity/name/{{identity.entity.name}}" {
          capabilities = ["read"]
        }

        # Leases: anyone who knows the id of one can look it up and renew it.
        path "sys/leases/lookup" {
          capabilities = ["update"]
        }

        path "sys/leases/renew" {
          capabilities = ["update"]
        }

        path "sys/renew" {
          capabilities = ["update"]
        }

        # Every token has a cubbyhole of its own.
        path "cubbyhole/*" {
          capabilities = ["create", "read", "update", "delete", "list"]
        }

        # Response wrapping: wrap, inspect, unwrap.
        path "sys/wrapping/wrap" {
          capabilities = ["update"]
        }

        path "sys/wrapping/lookup" {
          capabilities = ["update"]
        }

        path "sys/wrapping/unwrap" {
          capabilities = ["update"]
        }

        # Hashing needs no secret.
        path "sys/tools/hash" {
          capabilities = ["update"]
        }

        path "sys/tools/hash/*" {
          capabilities = ["update"]
        }

        # Signing in to other programs through the identity provider.
        path "identity/oidc/provider/+/authorize" {
          capabilities = ["read", "update"]
        }

        """;

    /// <summary>What <c>response-wrapping</c> says; fixed.</summary>
    public const string ResponseWrapping =
        """
        # A wrapping token opens its own cubbyhole's reply, and nothing else.
        path "cubbyhole/response" {
          capabilities = ["create", "read"]
        }

        path "sys/wrapping/unwrap" {
          capabilities = ["update"]
        }

        """;
}
