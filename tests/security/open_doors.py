"""Public functions of the rooms that ask nobody's leave themselves, and why they need not."""

from __future__ import annotations

OWN = {
    "access.sign_in.authenticate": "whoever knows the password",
    "access.sign_in.change_password": "the actor's own, and only who knows the old one",
    "access.actors.load_actor": "the account of the session, by its stamp",
    "worklist.notices.mark_all_read": "the actor's own",
    "worklist.mail.choose_mail": "the actor's own",
    "records.cars.add_car": "a car of the actor's own organisation: whoever keeps cars there",
    "worklist.feed.open_feed": "the actor's own",
    "worklist.feed.close_feed": "the actor's own",
    "worklist.feed.read_feed": "whoever has the secret reads the steps of its owner",
    "records.service.add_settlement": "places where people live: whoever may edit records",
    "definitions.service.check_upload": "looks at bytes that the caller brought",
}
"""Open to whoever is concerned."""

COLLEAGUES = {
    "access.queries.colleague", "access.queries.colleagues", "access.queries.holders",
    "access.queries.names_of", "access.absences.away_now", "documents.signers.head_of",
    "records.queries.settlements", "records.cars.cars_of", "records.cars.taken_on",
    "records.commissions.members_of", "records.commissions.commission_row",
    "definitions.pins.definition_of", "definitions.pins.pin",
    "definitions.queries.definition_content", "definitions.queries.published_definitions",
    "deadlines.queries.all_norms", "deadlines.queries.calendar_keys", "deadlines.queries.country_years",
    "deadlines.queries.days_by_year",  "deadlines.queries.norm_editions",
    "cases.editions.open_cases_by_edition", "records.partners.partner_of", "records.partners.partners",
    "deadlines.changes.changes_of", "deadlines.changes.latest_changes",
    "deadlines.queries.year_confirmation",
    "cases.recalculation_views.counting_waits", "cases.recalculation_views.latest_recalculations",
}  # fmt: skip
"""What every colleague may know: names and posts, places, pathways, norms, calendars. Nobody's case."""

AFTER_A_CHECK = {
    # with the card of a case, which only `case_card` and `case_list` give
    "cases.clock_views.pauses_of_steps", "cases.clock_views.terms_of_case",
    "cases.clock_views.ended_terms_of_case",
    "cases.events.awaited_events", "cases.queries.case_history", "cases.queries.case_position",
    "cases.queries.case_variables", "cases.queries.step_variables", "worklist.casework.finished_tasks",
    # with the number of a case or step whose card the caller has
    "cases.queries.open_incidents", "worklist.casework.case_tasks",
    "worklist.service.load_draft", "worklist.notices.last_told", "worklist.notices.last_told_of_terms",
    "records.commissions.agenda",
    "records.commissions.items_of_case", "records.commissions.waiting_items",
    "records.contacts.silences", "records.crews.members_of", "records.registers.entries_of",
    "records.referrals.open_of_case",
    "records.visits.by_ids", "records.visits.visits_of",
    "deadlines.queries.case_terms", "deadlines.queries.changes_of_terms", "deadlines.queries.open_terms",
    "worklist.escalations.red_cases",
    "worklist.forecast.forecasts_of_case",
    # with the queues of an actor
    "worklist.inbox.inbox_counters", "worklist.inbox.inbox_page", "worklist.inbox.inbox_rows",
    "worklist.inbox.next_of_role", "worklist.inbox.process_counters",
    # with the number of an actor
    "worklist.notices.notice_list", "worklist.notices.unread_notices", "worklist.mail.wanted_by",
    "worklist.feed.feed_of",
    "records.visits.visits_ahead",
}  # fmt: skip
"""Reading for callers that have checked: what they take comes from a checked actor or a checked card."""

INSIDE = {
    # parts of one transaction of a service that has checked
    "access.directory.rights_changed", "access.directory.start_counting", "access.journal.record_action",
    "access.journal.record_view", "access.policy.covers_case", "access.policy.may_open",
    "worklist.service.require_there",
    "access.policy.reach", "access.policy.require", "access.policy.require_case",
    "cases.clocks.may_extend", "cases.clocks.may_pause", "cases.clocks.follow", "cases.clocks.note",
    "cases.clocks.term_clock", "deadlines.service.write_edition",
    "access.policy.require_opening", "access.policy.require_start", "access.queues.queue_for",
    "access.queues.queue_of", "access.queues.roles_of_queue", "cases.context.step_context",
    "cases.journal.write_history", "cases.locking.lock_case",
    "cases.locking.lock_free_case", "cases.locking.lock_task",
    "cases.locking.opened_case", "cases.messages.deliver_to", "cases.numbers.case_number",
    "cases.numbers.next_value", "cases.outbox.try_again", "cases.recording.record_step",
    "cases.service.open_case", "cases.service.require_task", "deadlines.calendars.count_change",
    "deadlines.calendars.deadlines_changed", "deadlines.service.seed", "definitions.service.add_release",
    "definitions.service.known_now", "documents.access.add_content", "documents.access.change_content",
    "documents.access.open_content", "documents.attachments.add_attachment",
    "documents.numbering.expected", "documents.numbering.take",
    "documents.service.add_draft", "documents.service.keep_pdf", "records.commissions.ask",
    "records.commissions.collect", "records.commissions.commission_for", "records.commissions.decide",
    "records.commissions.give_back", "records.commissions.sittings_at_work", "records.commissions.withdraw",
    "records.queries.namesakes",
    "records.service.birth_token", "records.service.today",
    "records.crews.asked_for", "records.crews.keep_members", "records.visits.close_visit",
    "records.visits.make_ready", "records.visits.next_day", "records.visits.open_visit",
    "records.visits.settlement_of",
    "records.schedules.approve", "records.schedules.candidates", "records.schedules.clashes",
    "records.schedules.keep_draft", "records.schedules.lend_car", "records.schedules.move_day",
    "records.schedules.villages_of",
    "records.partners.partner_for", "records.referrals.accept", "records.referrals.close",
    "records.referrals.open_referral", "records.referrals.revoke_all", "records.referrals.send",
    "records.referrals.sent_by",
    "records.contacts.note", "records.registers.change", "records.registers.enter", "records.registers.leave",
    "worklist.monitor.soon_limit", "cases.recording.promises", "cases.recording.wait_row",
    "versions.comparing.compare_releases", "versions.comparing.compare_upload",
    "versions.impact.touched_pathways", "versions.planning.carried_over", "versions.planning.judge",
    "versions.planning.release_with",
    # the product itself: what commits have promised, what is due
    "cases.commission.move", "cases.sitting_terms.follow_sittings", "records.sittings.changed_sittings",
    "records.sittings.plan_sitting", "records.sittings.sitting_days", "records.sittings.sitting_days_for",
    "records.sittings.sitting_followed", "records.sittings.sitting_held",
    "cases.calendar_starts.open_due", "cases.clocks.resume_overlong",
    "cases.commission.ask", "cases.commission.close", "cases.commission.collect",
    "cases.commission.take_back", "cases.giving_up.tell_given_up",
    "cases.visit_plans.approve", "cases.visit_plans.candidates", "cases.visit_plans.check",
    "cases.visit_plans.draft", "cases.visit_plans.give_cars", "cases.visit_plans.month",
    "cases.visiting.close_visit", "cases.visiting.make_ready", "cases.visiting.next_visit",
    "cases.visiting.open_visit",
    "cases.closing.before_the_end", "cases.referring.accept", "cases.referring.close", "cases.referring.send",
    "cases.intake.known", "cases.intake.matches",
    "cases.registering.enter", "cases.registering.leave", "cases.registering.note",
    "cases.registering.day_of", "cases.registering.subject_of", "cases.registering.update",
    "cases.messages.collect_message", "cases.messages.forget_expired", "cases.messages.send_message",
    "cases.messages.send_signal",
    "cases.outbox.deliver", "cases.outbox.deliver_due", "cases.operations.give_up_service",
    "cases.operations.run_service", "cases.timers.fire_case", "cases.timers.fire_due",
    "deadlines.ladder.due_rungs", "documents.making.prepare_document", "documents.making.store_document",
    "worklist.escalations.put_before",
    "worklist.forecast.calibration_of",
    "worklist.forecast.past_terms",
    "worklist.ladder.tell_due", "worklist.mail.send_due", "worklist.mail.queue_letters",
    "worklist.mail.queue_once", "worklist.mail.sending_moment", "worklist.letters.compose",
    "cases.recalculation.recount_due", "deadlines.changes.note_change",
    "worklist.digest.queue_digests", "worklist.week.week_words",
}  # fmt: skip
"""Never called for a person from outside."""
