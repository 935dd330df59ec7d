import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { distDir } from '../../build/build.ts';
import { cuttableLine } from './cuttable-line.ts';
import { run } from './process.ts';

/** A centre under test, reached over a line that can be cut. */
export type Centre = {
  /** For tills: the address at the near end of the line. */
  readonly url: string;
  readonly adminKey: string;
  /** Unplugs the network between the tills and the centre. The test itself still reaches it. */
  cut(): void;
  mend(): void;
  /** The REST interface, as an admin. Throws on an answer that is no success. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  output(): string;
  stop(): Promise<void>;
};

const root = path.dirname(distDir);
const KEY_BYTES = 24;

export async function startCentre(): Promise<Centre> {
  const data = mkdtempSync(path.join(tmpdir(), 'counterfoil-centre-'));
  const adminKey = randomBytes(KEY_BYTES).toString('base64url');
  const program = run([path.join(root, 'central', 'main.ts'), '--port', '0', '--data', data], {
    cwd: root,
    env: { COUNTERFOIL_ADMIN_KEY: adminKey },
  });
  const port = Number(await program.seen(/http:\/\/127\.0\.0\.1:(\d+)/));
  const line = await cuttableLine(port);
  return {
    url: `http://127.0.0.1:${line.port}`,
    adminKey,
    cut: () => line.cut(),
    mend: () => line.mend(),
    async request(method, target, body) {
      const response = await fetch(`http://127.0.0.1:${port}${target}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${target} answered ${response.status}: ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    output: () => program.output(),
    async stop() {
      await line.close();
      await program.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
