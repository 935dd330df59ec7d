import { refusal } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import { type Feature, signedIn } from '../handlers.ts';
import type { Services } from '../services.ts';
import { createHubDoor } from './hub-door.ts';
import { createInvitation } from './invitation.ts';
import { tokenHash } from './lanes.ts';
import { shownCode } from './pairing.ts';

const TOKEN_BYTES = 32;
/** More than any shop has tills. */
const MAX_LANES = 64;

/** The hub's side of tills that share its ledger over the shop's network. */
export function lanesFeature(services: Services): Feature {
  const { store, ports, lanes, sessions, pushes, clock } = services;
  const door = createHubDoor(services);
  const invitation = createInvitation(ports.clock, ports.random);
  const available = ports.host === 'web';

  const status = () => {
    const { enabled, port } = door.settings();
    return {
      available,
      enabled: available && enabled,
      port,
      ...door.reported,
      urls: [...door.reported.urls],
      lanes: store.read.lanes.live().map(({ id, name, pairedAt }) => {
        const lastSeenAt = lanes.lastSeenAt(id);
        return { id, name, pairedAt, ...(lastSeenAt === undefined ? {} : { lastSeenAt }) };
      }),
    };
  };

  return {
    handlers: {
      'hub.status': () => ok(status()),

      'hub.configure'(_call, settings) {
        if (!available) return err(refusal('web_host_only'));
        door.configure(settings);
        pushes.send({ topic: 'hub.changed' });
        return ok(status());
      },

      async 'hub.listener'(_call, { addresses, hostName }) {
        const opened = await door.open(addresses, hostName);
        return ok(opened ? { door: { ...opened, names: [...opened.names] } } : {});
      },

      'hub.report'(_call, reported) {
        // The host looks at the door again whenever it hears of a change: what did not change must not be one.
        const changed = JSON.stringify(reported) !== JSON.stringify(door.reported);
        door.reported = reported;
        if (changed) pushes.send({ topic: 'hub.changed' });
        return ok({});
      },

      'lanes.invite'() {
        if (door.reported.listening.state !== 'on') return err(refusal('hub_closed'));
        const { code, expiresAt } = invitation.open();
        return ok({ code: shownCode(code), expiresAt, urls: [...door.reported.urls] });
      },

      async 'lanes.join'(_call, { tillName, by }) {
        const nameTaken = () => {
          const names = [services.location()?.tillName, ...store.read.lanes.live().map((lane) => lane.name)];
          return names.some((name) => name?.toLowerCase() === tillName.toLowerCase());
        };
        // Before the code is used up: another name needs no other code.
        if (nameTaken()) return err(refusal('conflict', { name: tillName }, 'tillName'));
        const proof = await invitation.accept(by, door.authority() ?? '');
        if (proof === undefined) return err(refusal('pairing_code_invalid'));
        const token = Buffer.from(ports.random.bytes(TOKEN_BYTES)).toString('base64url');
        const id = services.newId();
        const at = clock.now();
        const joined = store.transact((tx) => {
          if (nameTaken()) return err(refusal('conflict', { name: tillName }, 'tillName'));
          if (tx.read.lanes.live().length >= MAX_LANES) return err(refusal('conflict', { limit: MAX_LANES }));
          tx.write.lanes.insert({ id, name: tillName, tokenHash: tokenHash(token), pairedAt: at });
          tx.append('lane.paired', { laneId: id, name: tillName }, { at, till: tillName });
          return ok({ laneId: id, tillName, token, proof });
        });
        if (!joined.ok) return joined;
        lanes.reload();
        lanes.find(token);
        pushes.send({ topic: 'hub.changed' });
        return joined;
      },

      'lanes.identify'(_call, { token }) {
        const lane = lanes.find(token);
        return lane ? ok({ laneId: lane.id, tillName: lane.name }) : err(refusal('lane_unknown'));
      },

      'lanes.revoke'(call, { laneId }) {
        const by = signedIn(call);
        if (!store.read.lanes.live().some(({ id }) => id === laneId)) {
          return err(refusal('not_found', { what: 'lane' }));
        }
        store.transact((tx) => {
          const stamp = services.stamp(by);
          tx.write.lanes.setRevoked(laneId, stamp.at);
          tx.append('lane.revoked', { laneId }, stamp);
        });
        lanes.reload();
        sessions.endOfLane(laneId);
        pushes.send({ topic: 'hub.changed' });
        return ok({});
      },
    },
  };
}
