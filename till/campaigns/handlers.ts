import type { CampaignRow } from '../../db/queries/campaigns.ts';
import {
  type Campaign,
  type CampaignDraft,
  MAX_CAMPAIGNS,
} from '../../shared/contracts/operations/campaigns.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, type Outcome, signedIn } from '../handlers.ts';
import type { Services } from '../services.ts';

/** Dates and a budget that several offers of this location share. */
export function campaignsFeature(services: Services): Feature {
  const { store, clock } = services;
  const { read } = store;

  return {
    handlers: {
      'campaigns.create'(call, { requestId, draft }) {
        const by = signedIn(call);
        const made = store.transact((tx): Outcome<CampaignRow> => {
          const before = tx.read.campaigns.byRequest(requestId);
          if (before) return ok(before);
          if (tx.read.campaigns.all().length >= MAX_CAMPAIGNS) {
            return err(refusal('conflict', { limit: MAX_CAMPAIGNS }));
          }
          const row: CampaignRow = {
            ...columnsOf(draft),
            id: services.newId(),
            archived: false,
            createdAt: clock.now(),
            requestId,
          };
          tx.write.campaigns.insert(row);
          tx.append('campaign.created', { campaignId: row.id, ...draft }, services.stamp(by));
          return ok(row);
        });
        if (!made.ok) return made;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shown(services, made.value));
      },

      'campaigns.change'(call, { campaignId, draft, archived }) {
        const by = signedIn(call);
        const changed = store.transact((tx): Outcome<CampaignRow> => {
          const before = tx.read.campaigns.byId(campaignId);
          if (!before) return err(refusal('not_found', { what: 'campaign' }));
          if (before.archived) return err(refusal('archived'));
          const row = { ...before, ...columnsOf(draft), archived };
          tx.write.campaigns.update(row);
          tx.append('campaign.changed', { campaignId, ...draft, archived }, services.stamp(by));
          return ok(row);
        });
        if (!changed.ok) return changed;
        services.pushes.send({ topic: 'catalogue.changed' });
        return ok(shown(services, changed.value));
      },

      'campaigns.list': () =>
        ok({
          campaigns: read.campaigns
            .all()
            .reverse()
            .map((row) => shown(services, row)),
        }),
    },
  };
}

function columnsOf({ name, firstDay, lastDay, budgetMinor, maxUses }: CampaignDraft) {
  return {
    name,
    firstDay: firstDay ?? null,
    lastDay: lastDay ?? null,
    budgetMinor: budgetMinor ?? null,
    maxUses: maxUses ?? null,
  };
}

function shown(services: Services, row: CampaignRow): Campaign {
  const { campaigns } = services.store.read;
  const { id, name, firstDay, lastDay, budgetMinor, maxUses, archived, createdAt } = row;
  return {
    id,
    name,
    ...(firstDay === null ? {} : { firstDay }),
    ...(lastDay === null ? {} : { lastDay }),
    ...(budgetMinor === null ? {} : { budgetMinor }),
    ...(maxUses === null ? {} : { maxUses }),
    archived,
    createdAt,
    currency: services.location()?.currency ?? '',
    offers: campaigns.offerCount(id),
    ...campaigns.spent(id),
  };
}
