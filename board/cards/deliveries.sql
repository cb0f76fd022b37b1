-- late_envelopes: of the missing ones, those that a later one overtook by more than a day.
select deliveries.producer_id, envelopes_sent, envelopes_missing, coalesce(late_envelopes, 0) as late_envelopes,
  events_rejected, calls_dropped, last_received_at
from reporting.deliveries as deliveries
left join (
  select producer_id, sum(missing_envelopes) as late_envelopes from reporting.delivery_gaps group by producer_id
) as gaps using (producer_id)
where producer_id <> 'tricost-canary'
order by late_envelopes desc, envelopes_missing desc, last_received_at desc, producer_id
limit 50
