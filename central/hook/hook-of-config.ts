import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { SECOND_MS } from '../../shared/kernel/instant.ts';
import { newId } from '../centre.ts';
import { type Config, ConfigError } from '../config.ts';
import type { Ports } from '../ports.ts';
import { postSigned } from '../webhooks/post-webhook.ts';
import { type AskHook, createAskHook, hookAnswerSchema, type ValidationHook } from './validation-hook.ts';

const MAX_ANSWER_BYTES = 10_000;

/** The hook that the configuration names; `undefined`: none. @throws ConfigError where its module cannot be used */
export async function hookOfConfig(
  config: Config,
  ports: Ports,
  onSilence: (fault: string) => void,
): Promise<AskHook | undefined> {
  const hook = await namedHook(config, ports);
  return (
    hook &&
    createAskHook(hook, {
      timeoutMs: config.validation_hook_timeout_ms,
      whenSilent: config.validation_hook_when_silent,
      now: () => ports.now(),
      onSilence,
    })
  );
}

async function namedHook(config: Config, ports: Ports): Promise<ValidationHook | undefined> {
  const { validation_hook_url: url, validation_hook_secret: secret, validation_hook_module: file } = config;
  if (url !== undefined && secret !== undefined) return callback(config, ports, url, secret);
  if (file === undefined) return undefined;
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path.resolve(file)).href);
    if (typeof module.default === 'function') return module.default as ValidationHook; // its answers are parsed
  } catch (error) {
    throw new ConfigError(`the module of validation_hook_module cannot be used: ${(error as Error).message}`);
  }
  throw new ConfigError('the module of validation_hook_module has no function as its default export');
}

/** Signed as Standard Webhooks says, with an id of its own for each question. 204 allows; 200 answers in JSON. */
function callback(config: Config, ports: Ports, url: string, secret: string): ValidationHook {
  return async (question, signal) => {
    const id = newId(ports);
    const at = new Date(ports.now());
    const body = JSON.stringify({ type: 'coupon.applying', timestamp: at.toISOString(), data: question });
    const answer = await postSigned(url, {
      body,
      allowPrivate: config.validation_hook_allow_private,
      signal,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / SECOND_MS)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
    });
    if (answer.status === 204) return { allow: true };
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    return hookAnswerSchema.parse(JSON.parse(answer.body));
  };
}
