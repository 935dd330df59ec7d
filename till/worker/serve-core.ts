import type { MessagePort } from 'node:worker_threads';
import type { Core } from '../core.ts';
import { CoreStartError } from '../core-start-error.ts';
import type { FromCore, ToCore } from './protocol.ts';

/** The worker's end: announces whether the core started, then answers calls and forwards pushes until `close`. */
export async function serveCore(port: MessagePort, starting: Promise<Core>): Promise<void> {
  const send = (message: FromCore) => port.postMessage(message);
  let core: Core;
  try {
    core = await starting;
  } catch (error) {
    if (!(error instanceof CoreStartError)) throw error;
    send({ kind: 'failed', refusal: error.refusal });
    port.close();
    return;
  }
  core.subscribe((push) => send({ kind: 'push', push }));
  port.on('message', (message: ToCore) => {
    if (message.kind === 'close') {
      void core.close().then(() => {
        send({ kind: 'closed' });
        port.close();
      });
      return;
    }
    const { id, name, input, caller } = message;
    void core.call(name, input, caller).then((answer) => send({ kind: 'answer', id, answer }));
  });
  send({ kind: 'ready' });
}
