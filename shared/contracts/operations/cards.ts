import { z } from 'zod';
import { operation } from '../operation.ts';

const colourSchema = z.string().regex(/^#[0-9a-f]{6}$/);

/** How voucher cards look. Texts on the ground are black or white, whichever is read more easily. */
export const cardDesignSchema = z.strictObject({
  ground: colourSchema,
  /** Of the bar at the edge. */
  accent: colourSchema,
  /** In place of the offer's name, where given. */
  heading: z.string().trim().max(60),
  /** Below the terms, such as what the card is for. */
  note: z.string().trim().max(200),
});
export type CardDesign = z.output<typeof cardDesignSchema>;

/** A picture of more bytes is not for paper of 85 mm. */
export const MAX_LOGO_BYTES = 300_000;
/** Enough for 600 dpi over the width of a card. */
export const MAX_LOGO_PIXELS = 2_000;
const MAX_BASE64 = Math.ceil(MAX_LOGO_BYTES / 3) * 4;

const savedSchema = z.object({
  design: cardDesignSchema,
  /** The shop's logo; absent: none. */
  logo: z.object({ mime: z.enum(['image/png', 'image/jpeg']), base64: z.string() }).optional(),
});

export const cardOperations = {
  'cards.get': operation({
    summary: 'How voucher cards of this shop look.',
    role: 'manager',
    input: z.strictObject({}),
    output: savedSchema,
    errors: [],
  }),
  'cards.save': operation({
    summary: 'Keeps how voucher cards look, for the next batch too.',
    role: 'manager',
    input: z.strictObject({ design: cardDesignSchema }),
    output: savedSchema,
    errors: [],
  }),
  'cards.setLogo': operation({
    summary: 'Takes a PNG or JPEG as the shop’s logo, or removes it.',
    role: 'manager',
    input: z.strictObject({ base64: z.base64().max(MAX_BASE64).optional() }),
    output: savedSchema,
    errors: ['payload_too_large'],
  }),
};
