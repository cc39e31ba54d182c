using Coffer.Audit;
using Coffer.Aws.Calls;
using Coffer.Kernel.Leases;
using Coffer.Kernel.Revocation;
using Coffer.Kernel.Transactions;
using Coffer.Sdk.Outbound;
using Coffer.Server.Configuration;
using Coffer.Server.Http;
using Coffer.Server.Http.Answers;
using Coffer.Server.Http.Bodies;
using Coffer.Storage;
using BarrierLimits = Coffer.Barrier.Limits;
using Limits = Coffer.Kernel.Limits;

namespace Coffer.Server.Tests;

/// <summary>How the bounds of the rooms relate: each is chosen with others in mind, which are declared elsewhere.</summary>
public sealed class LimitsTests
{
    /// <summary>Bytes that one UTF-16 character can take in UTF-8.</summary>
    private const int BytesPerCharacter = 3;

    /// <summary>Bytes of such a byte in a URL, as <c>%41</c>.</summary>
    private const int BytesPerEscape = 3;

    /// <summary>What sealing an entry and a record around a value add, at most, in bytes.</summary>
    private const int EnvelopeBytes = 1024 * 1024;

    private static readonly ListenerOptions Listener = new() { Address = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1) };

    private static ListenerTimes Times => Listener.Times;

    [Fact]
    public void Any_value_that_a_store_takes_can_be_read_by_a_request() => Assert.True(StoreLimits.ValueBytesMax <= Kernel.Limits.LargeValueBytesMax);

    [Fact]
    public void What_came_in_the_largest_body_fits_into_one_entry_of_the_store() =>
        Assert.True(Listener.RequestBytesMax + EnvelopeBytes <= StoreLimits.ValueBytesMax);

    [Fact]
    public void The_longest_path_fits_into_a_key_of_the_store_behind_a_mounts_prefix() =>
        Assert.True((Limits.PathCharactersMax * BytesPerCharacter) + 512 <= StoreLimits.KeyBytesMax);

    [Fact]
    public void The_longest_path_fits_into_a_request_line_with_every_byte_escaped() =>
        Assert.True(Limits.PathCharactersMax * BytesPerCharacter * BytesPerEscape < KestrelListener.RequestLineBytesMax);

    [Fact]
    public void The_longest_token_fits_into_one_header_in_either_version_of_HTTP()
    {
        Assert.True(Limits.TokenCharactersMax < KestrelListener.FieldBytesMax);
        Assert.True(KestrelListener.FieldBytesMax < KestrelListener.HeadersBytesMax);
    }

    [Fact]
    public void A_request_line_and_all_headers_fit_into_what_is_read_ahead() =>
        Assert.True(KestrelListener.RequestLineBytesMax + KestrelListener.HeadersBytesMax <= BodyLimits.ReadAheadBytes);

    [Fact]
    public void A_stream_may_send_ahead_what_is_taken_in_unasked_and_leaves_room_for_others_of_its_connection()
    {
        Assert.Equal(BodyLimits.UnaskedBytes, BodyLimits.StreamReadAheadBytes);
        Assert.True(2 * BodyLimits.StreamReadAheadBytes <= BodyLimits.ReadAheadBytes);
    }

    [Fact]
    public void One_connection_of_HTTP_2_cannot_use_up_a_listener() =>
        Assert.True(10 * KestrelListener.StreamsMax < Listener.ConnectionsMax);

    [Fact]
    public void Bodies_grow_from_uncounted_over_unasked_to_those_that_need_a_token()
    {
        Assert.True(BodyLimits.UncountedBytes < BodyLimits.UnaskedBytes);
        Assert.True(BodyLimits.UnaskedBytes <= BodyLimits.StrangerBytesMax);
        Assert.True(BodyLimits.StrangerBytesMax < BodyLimits.InitBytesMax);
        Assert.True(BodyLimits.InitBytesMax < Listener.RequestBytesMax);
    }

    [Fact]
    public void Strangers_share_less_than_token_holders_and_many_of_their_largest_bodies_fit_into_it()
    {
        Assert.True(BodyLimits.StrangersBytesMax < BodyLimits.TokenHoldersBytesMax);
        Assert.True(BodyLimits.StrangersBytesMax >= 100 * BodyLimits.StrangerBytesMax);
        Assert.True(BodyLimits.StrangersBytesMax >= 10 * BodyLimits.InitBytesMax);
    }

    [Fact]
    public void Two_of_the_largest_bodies_fit_into_what_token_holders_share() =>
        Assert.True(2 * Listener.RequestBytesMax <= BodyLimits.TokenHoldersBytesMax);

    [Fact]
    public void What_came_in_the_largest_body_can_be_answered() =>
        Assert.True(Listener.RequestBytesMax + AnswerLimits.EnvelopeBytes <= AnswerLimits.BytesMax);

    [Fact]
    public void An_answer_is_refused_for_want_of_room_before_its_requests_time_is_over() => Assert.True(AnswerLimits.WaitMax < Times.Request);

    [Fact]
    public void An_answer_that_is_not_counted_is_handed_over_in_one_piece() => Assert.True(AnswerLimits.UncountedBytes <= AnswerLimits.PieceBytes);

    [Fact]
    public void A_client_that_takes_each_piece_in_its_time_is_not_too_slow_for_the_whole() =>
        Assert.True(AnswerLimits.TimeFor(AnswerLimits.PieceBytes) > AnswerLimits.PieceTime);

    [Fact]
    public void All_that_requests_send_uncounted_is_less_than_what_token_holders_share() =>
        Assert.True(BodyLimits.UncountedBytes * Listener.ConnectionsMax <= BodyLimits.TokenHoldersBytesMax);

    [Fact]
    public void Strangers_may_send_fewer_values_than_token_holders() => Assert.True(BodyLimits.StrangerValuesMax < Limits.JsonValuesMax);

    [Fact]
    public void The_largest_number_of_PGP_keys_fits_into_the_body_that_initialises_a_server() =>
        Assert.True(BarrierLimits.SharesMax * 4096 <= BodyLimits.InitBytesMax);

    [Fact]
    public void All_key_slots_and_the_longest_keyring_fit_into_entries_of_the_store()
    {
        Assert.True(BarrierLimits.SlotsMax * BarrierLimits.SlotBytesMax < StoreLimits.ValueBytesMax);
        Assert.True(BarrierLimits.TermsMax * 256 < StoreLimits.ValueBytesMax);
    }

    [Fact]
    public void One_scan_gives_what_one_page_of_a_list_or_one_pass_of_the_janitor_needs()
    {
        Assert.True(Limits.ListedMax < StoreLimits.ScanMax);
        Assert.True(Limits.LeasesPerPass < StoreLimits.ScanMax);
    }

    [Fact]
    public void Headers_come_sooner_than_bodies_and_bodies_sooner_than_answers()
    {
        Assert.True(Times.ReadHeader < Times.Read);
        Assert.True(Times.Read < Times.Request);
        Assert.True(Times.Request < Times.Idle);
        Assert.True(Listener.SlowBodyTime < Times.Read);
    }

    [Fact]
    public void An_answer_is_not_given_up_before_its_request_is() => Assert.True(Times.Write == TimeSpan.Zero || Times.Write >= Times.Request);

    [Fact]
    public void A_body_is_refused_for_want_of_room_before_its_time_is_over() => Assert.True(BodyLimits.WaitMax < Times.Read);

    [Fact]
    public void A_secret_is_made_or_given_up_while_its_client_still_waits() => Assert.True(Limits.CreationTimeMax < Times.Request);

    [Fact]
    public void What_must_be_asked_before_a_decision_is_answered_while_the_client_still_waits() => Assert.True(Limits.PreparationTimeMax < Times.Request);

    [Fact]
    public void One_call_to_an_outside_system_ends_within_the_step_that_makes_it()
    {
        Assert.True(new OutboundSettings().Timeout < Limits.PreparationTimeMax);
        Assert.True(new AwsCallOptions().AttemptTimeout < new AwsCallOptions().CallTimeout);
        Assert.True(new AwsCallOptions().CallTimeout < Limits.CreationTimeMax);
        Assert.True(new AwsCallOptions().CallTimeout < Limits.RevocationTimeMax);
    }

    [Fact]
    public void A_creation_under_way_is_not_taken_for_one_that_a_crash_left() => Assert.True(Limits.CreationTimeMax < DueKeys.TakeUpAfter);

    [Fact]
    public void What_a_call_without_an_answer_may_still_make_is_looked_for_longer_than_the_call_can_take()
    {
        Assert.True(LateCalls.Standard > Limits.CreationTimeMax);
        Assert.InRange(LateCalls.Standard, LateCalls.Shortest, LateCalls.Longest);
    }

    [Fact]
    public void All_pauses_of_a_request_that_meets_changes_at_each_try_are_under_a_second_and_far_under_its_time()
    {
        var pauses = TimeSpan.FromTicks(Enumerable.Range(1, Limits.CommitAttemptsMax).Sum(attempt => RetryPause.BoundAfter(attempt).Ticks));

        Assert.True(RetryPause.AtOnceMax < Limits.CommitAttemptsMax);
        Assert.InRange(pauses, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        Assert.True(10 * pauses < Times.Request);
    }

    [Fact]
    public void The_last_that_waits_for_its_turn_at_an_entry_is_served_within_its_time() =>
        Assert.True(TimeSpan.FromMilliseconds(10 * Limits.ContendersMax) < Times.Request);

    [Fact]
    public void A_line_of_the_audit_log_holds_the_largest_body_with_every_byte_escaped() =>
        Assert.True((6 * (Listener.RequestBytesMax + EnvelopeBytes)) + AuditLimits.ChainBytesMax <= AuditLimits.LineBytesMax);

    [Fact]
    public void The_audit_log_takes_every_body_that_a_listener_takes_however_deep() => Assert.True(Listener.Json.DepthMax < AuditLimits.JsonDepthMax);

    [Fact]
    public void A_request_waits_for_slow_audit_devices_far_less_than_its_time() => Assert.True(10 * AuditLimits.StragglerWait < Times.Request);

    [Fact]
    public void A_device_that_lags_keeps_many_groups_of_entries() => Assert.True(10 * AuditLimits.GroupBytesMax <= AuditLimits.LaggingBytesMax);

    [Fact]
    public void Refused_requests_are_remembered_longer_than_allowed_ones() => Assert.True(Limits.AllowedDecisionsBytesMax < Limits.RefusedDecisionsBytesMax);

    [Fact]
    public void Names_that_are_locked_out_are_forgotten_later_than_names_that_only_failed() =>
        Assert.True(Limits.LockoutCountedBytesMax < Limits.LockoutLockedBytesMax);
}
