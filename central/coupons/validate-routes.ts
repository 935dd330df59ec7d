import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { basketSchema } from '../../shared/contracts/basket.ts';
import { channelSchema, currencySchema, idSchema } from '../../shared/contracts/common.ts';
import { MAX_CODE_INPUT } from '../../shared/contracts/operations/redemption.ts';
import { keyMay } from '../access/api-keys.ts';
import { callerOf } from '../access/caller.ts';
import { createGuessGuard } from '../access/guess-guard.ts';
import { networkOf } from '../access/network-of.ts';
import type { Centre } from '../centre.ts';
import { askAboutValid } from '../hook/ask-before.ts';
import { RefusedError, refuse } from '../problem.ts';
import { readCustomer } from '../redemptions/customer.ts';
import { problems, type Routes } from '../routes.ts';
import { isMiss, validateCode, validationProblem } from './validate.ts';

/** A key stands for a shop system, behind which are many people. */
const KEYED_RATE_FACTOR = 100;

export function validateRoutes(app: Routes, centre: Centre): void {
  const { config, ports } = centre;
  const guard = createGuessGuard(() => ports.now());

  app.post(
    '/api/coupon/validate',
    {
      config: {
        rateLimit: {
          max: (request: FastifyRequest) =>
            config.validate_rate_per_minute * (request.caller === undefined ? 1 : KEYED_RATE_FACTOR),
          timeWindow: 60_000,
          hook: 'preHandler',
          keyGenerator: callerName,
        },
      },
      onRequest: async (request) => {
        const key = await callerOf(centre, request);
        if (key === undefined && config.validate_requires_key) throw refuse('key_required');
        if (key !== undefined) {
          if (!keyMay(key, 'validate') && !keyMay(key, 'redeem'))
            throw refuse('forbidden', { needs: 'validate' });
          request.caller = key;
        }
      },
      schema: {
        summary:
          'Whether a code is good now, without any effect. 404 not found, 401 expired, 402 out of uses, 403 limit of the user.',
        tags: ['coupons'],
        body: z.strictObject({
          code: z.string().min(1).max(MAX_CODE_INPUT),
          user_id: z.string().trim().min(1).max(200).optional(),
          email: z.string().trim().min(3).max(254).optional(),
          phone: z.string().trim().min(3).max(40).optional(),
          basket: basketSchema.optional(),
          channel: channelSchema.default('web'),
          location_id: idSchema.optional(),
        }),
        response: {
          200: z.object({
            message: z.string(),
            /** Major units for an amount, percent for a percentage without a basket. */
            discount: z.number().nullable(),
            discount_type: z.enum(['PERCENT', 'FIXED', 'OTHER']),
            /** Absent when only a basket could tell. */
            discount_minor: z.int().optional(),
            currency: currencySchema,
            user_limit_unchecked: z.literal(true).optional(),
            trial_days: z.int().optional(),
            billing_cycles: z.int().optional(),
            /** The other side is given by a code of the referrer's offer. */
            referral: z
              .object({ referrer_offer_id: idSchema.optional(), new_customers_only: z.boolean() })
              .optional(),
          }),
          ...problems(401, 402, 403, 404, 422, 429),
        },
      },
    },
    async (request) => {
      const { body } = request;
      const caller = callerName(request);
      if (request.caller === undefined) guard.admit(caller);
      const question = {
        code: body.code,
        basket: body.basket,
        circumstances: {
          channel: body.channel,
          locationId: body.location_id,
          customer: readCustomer(
            { userId: body.user_id, email: body.email, phone: body.phone },
            centre.store.customerKey,
          ),
        },
      };
      const outcome = await validateCode(centre, question);
      if (!outcome.ok) {
        if (isMiss(outcome.error)) guard.miss(caller);
        throw new RefusedError(outcome.error, validationProblem(outcome.error));
      }
      const asked = await askAboutValid(centre, question, outcome.value);
      if (!asked.ok) throw new RefusedError(asked.error, validationProblem(asked.error));
      const { discount, discountType, discountMinor, currency, userLimitUnchecked, subscription } =
        outcome.value;
      return {
        message: 'Coupon valid',
        discount,
        discount_type: discountType,
        ...(discountMinor === undefined ? {} : { discount_minor: discountMinor }),
        currency,
        ...(userLimitUnchecked ? { user_limit_unchecked: true as const } : {}),
        trial_days: subscription.trialDays,
        billing_cycles: subscription.billingCycles,
        referral: subscription.referral && {
          referrer_offer_id: subscription.referral.referrerOfferId,
          new_customers_only: subscription.referral.newCustomersOnly,
        },
      };
    },
  );
}

function callerName(request: FastifyRequest): string {
  return request.caller === undefined ? `ip ${networkOf(request.ip)}` : `key ${request.caller.id}`;
}
