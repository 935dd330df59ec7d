import type { CentreCampaignRow } from '../../db/queries/campaigns.ts';
import type { Reads } from '../../db/store.ts';
import type { CampaignFacts, WallTime } from '../../shared/engine/types.ts';
import { DAY_MS } from '../../shared/kernel/instant.ts';
import { startOfDay } from '../day-bounds.ts';

type About = { readonly basketId: string; readonly timeZone: string };

/** What the engine must know of the campaigns that these offers belong to. Holds of other baskets count as spent. */
export function campaignFacts(
  read: Reads,
  wallTimeAt: (instantMs: number, zone: string) => WallTime,
  campaignIds: Iterable<string | undefined>,
  { basketId, timeZone }: About,
): Readonly<Record<string, CampaignFacts>> {
  const facts: Record<string, CampaignFacts> = {};
  for (const id of campaignIds) {
    if (id === undefined || facts[id]) continue;
    const campaign = read.campaigns.byId(id);
    if (!campaign) {
      const ofCentre = read.campaigns.ofCentre(id);
      if (ofCentre) facts[id] = timesOf(ofCentre);
      continue;
    }
    const spent = read.campaigns.spent(id);
    const held = read.campaigns.held(id, basketId);
    const { firstDay, lastDay, budgetMinor, maxUses, archived } = campaign;
    const dayStart = (day: string) => startOfDay(wallTimeAt, day, timeZone);
    facts[id] = {
      budgetMinor: budgetMinor ?? undefined,
      spentMinor: spent.discountMinor + held.discountMinor,
      maxUses: maxUses ?? undefined,
      uses: spent.uses + held.uses,
      startsAt: firstDay === null ? undefined : dayStart(firstDay),
      // A campaign that was ended gives nothing any more, whatever its days say.
      endsAt: archived ? 0 : lastDay === null ? undefined : dayStart(nextDay(lastDay)) - 1,
    };
  }
  return facts;
}

/** Its limits are counted at the centre: see `isCountedElsewhere`. */
function timesOf({ startsAt, endsAt }: CentreCampaignRow): CampaignFacts {
  return { startsAt: startsAt ?? undefined, endsAt: endsAt ?? undefined };
}

/** A campaign of the centre with a budget or a number of uses: nobody here knows what is left of it. */
export function isCountedElsewhere(read: Reads, campaignId: string | undefined): boolean {
  return campaignId !== undefined && read.campaigns.ofCentre(campaignId)?.limited === true;
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}
