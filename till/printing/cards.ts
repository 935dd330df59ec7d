import type { z } from 'zod';
import type { Reads } from '../../db/store.ts';
import {
  type CardDesign,
  cardDesignSchema,
  type cardOperations,
  MAX_LOGO_BYTES,
  MAX_LOGO_PIXELS,
} from '../../shared/contracts/operations/cards.ts';
import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { Feature } from '../handlers.ts';
import type { Services } from '../services.ts';
import { openLogo } from './labels.ts';

type Saved = z.output<(typeof cardOperations)['cards.get']['output']>;

const DESIGN = 'cards.design';
const LOGO = 'cards.logo';

const firstDesign: CardDesign = { ground: '#ffffff', accent: '#1f6f5c', heading: '', note: '' };

/** How the shop's voucher cards look: kept in the ledger, so that the next batch looks the same. */
export function cardsFeature(services: Services): Feature {
  const { store } = services;
  return {
    handlers: {
      'cards.get': () => ok(savedCard(store.read)),

      'cards.save'(_call, { design }) {
        store.transact((tx) => tx.write.meta.set(DESIGN, JSON.stringify(design)));
        return ok(savedCard(store.read));
      },

      'cards.setLogo'(_call, { base64 }) {
        if (base64 !== undefined) {
          const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
          if (bytes.length > MAX_LOGO_BYTES)
            return err(refusal('payload_too_large', { count: bytes.length, max: MAX_LOGO_BYTES }));
          const logo = openLogo(bytes);
          if (!logo.ok && logo.error === 'too_large')
            return err(refusal('payload_too_large', { max: MAX_LOGO_PIXELS }));
          if (!logo.ok) return err(refusal('invalid_input', { why: 'no PNG and no JPEG' }, 'base64'));
        }
        store.transact((tx) =>
          base64 === undefined ? tx.write.meta.remove(LOGO) : tx.write.meta.set(LOGO, base64),
        );
        return ok(savedCard(store.read));
      },
    },
  };
}

function savedCard(read: Reads): Saved {
  const stored = read.meta.get(DESIGN);
  const logo = savedLogo(read);
  const mime = logo?.[0] === 0xff ? 'image/jpeg' : 'image/png';
  return {
    design: stored === undefined ? firstDesign : cardDesignSchema.parse(JSON.parse(stored)),
    ...(logo === undefined ? {} : { logo: { mime, base64: Buffer.from(logo).toString('base64') } }),
  };
}

/** The bytes as they were taken. */
export function savedLogo(read: Reads): Uint8Array | undefined {
  const base64 = read.meta.get(LOGO);
  return base64 === undefined ? undefined : Uint8Array.from(Buffer.from(base64, 'base64'));
}
