import { backupFeature } from './backup/handlers.ts';
import { createBatchJobs } from './batches/batch-jobs.ts';
import { batchesFeature } from './batches/handlers.ts';
import { campaignsFeature } from './campaigns/handlers.ts';
import { deskFeature } from './desk/handlers.ts';
import type { Feature } from './handlers.ts';
import { historyFeature } from './history/handlers.ts';
import { pastFeature } from './history/past-handlers.ts';
import { housekeepingFeature } from './housekeeping.ts';
import { importsFeature } from './imports/handlers.ts';
import { inboxFeature } from './inbox/handlers.ts';
import { keysFeature } from './keys/handlers.ts';
import { lanesFeature } from './lanes/handlers.ts';
import { offersFeature } from './offers/handlers.ts';
import { operatorsFeature } from './operators/handlers.ts';
import { cardsFeature } from './printing/cards.ts';
import { printingFeature } from './printing/handlers.ts';
import { receiptsFeature } from './printing/receipts.ts';
import { redemptionFeature } from './redemption/handlers.ts';
import { reportsFeature } from './reports/handlers.ts';
import { searchFeature } from './search/handlers.ts';
import type { Services } from './services.ts';
import { setupFeature } from './setup/handlers.ts';
import { syncFeature } from './sync/handlers.ts';
import { tokensFeature } from './tokens/handlers.ts';

/** Every room of the core, in the order in which they start. */
export function createFeatures(services: Services, startOver: () => void): readonly Feature[] {
  const sync = syncFeature(services);
  const redemption = redemptionFeature(services, sync.homeLine);
  const backup = backupFeature(services);
  const jobs = createBatchJobs(services);
  return [
    setupFeature(services, startOver),
    operatorsFeature(services),
    offersFeature(services),
    campaignsFeature(services),
    importsFeature(services, jobs),
    batchesFeature(services, jobs),
    printingFeature(services),
    cardsFeature(services),
    receiptsFeature(services),
    tokensFeature(services),
    redemption,
    sync,
    inboxFeature(services),
    lanesFeature(services),
    reportsFeature(services),
    searchFeature(services),
    deskFeature(services),
    historyFeature(services),
    pastFeature(services),
    backup,
    keysFeature(services, backup.backUp),
    housekeepingFeature(services, redemption.tidy),
  ];
}
