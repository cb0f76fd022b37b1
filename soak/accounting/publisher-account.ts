/** Whether the SDK's own count of what it sent and lost agrees with what arrived. */
import type { PublisherStats } from '../../sdk/src/index.ts';
import type { SoakStack } from '../world/soak-stack.ts';

export interface Arrived {
  producers: number;
  /** Calls in the envelopes that arrived. */
  calls: number;
  /** Calls that the publisher says it dropped. */
  dropped: number;
  /** Envelopes whose number is missing. */
  gaps: number;
}

/** What the numbered envelopes of all producers say together. */
export async function arrivedEnvelopes({ database }: SoakStack): Promise<Arrived> {
  return database.withOwner(async (owner) => {
    const { rows } = await owner.query<Record<keyof Arrived, string>>(
      `select count(*) as producers, coalesce(sum(events), 0) as calls, coalesce(sum(calls_dropped), 0) as dropped,
         coalesce(sum(envelopes_missing), 0) as gaps
       from reporting.deliveries`,
    );
    return {
      producers: Number(rows[0]?.producers),
      calls: Number(rows[0]?.calls),
      dropped: Number(rows[0]?.dropped),
      gaps: Number(rows[0]?.gaps),
    };
  });
}

/** @returns sentences; none when they agree and nothing was lost */
export async function publisherProblems(
  soak: SoakStack,
  { published, sent, dropped, pending }: PublisherStats,
): Promise<string[]> {
  const arrived = await arrivedEnvelopes(soak);
  return [
    ...(sent === published && dropped === 0 && pending === 0
      ? []
      : [
          `the publisher took ${published} calls, sent ${sent}, dropped ${dropped} and holds ${pending}`,
        ]),
    ...(arrived.calls === sent && arrived.gaps === 0 && arrived.dropped === dropped
      ? []
      : [
          `of ${sent} calls sent ${arrived.calls} arrived in numbered envelopes, ${arrived.gaps} of which are missing`,
        ]),
  ];
}
