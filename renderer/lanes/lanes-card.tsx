import { NumberInput, Switch } from '@mantine/core';
import { IconDeviceTablet, IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { roleMay } from '../../shared/contracts/operation.ts';
import type { HubStatus } from '../../shared/contracts/operations/lanes.ts';
import type { OutputOf } from '../../shared/contracts/operations.ts';
import type { Refusal } from '../../shared/contracts/refusal.ts';
import { useClient, useQuery } from '../api/use-client.ts';
import { useOperator } from '../app/app-store.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Action } from '../ui/action.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice, RefusalNotice } from '../ui/notice.tsx';
import { Card } from '../ui/page.tsx';
import { useNow } from '../ui/use-now.ts';
import classes from './lanes-card.module.css';

type Lane = HubStatus['lanes'][number];
type Invitation = OutputOf<'lanes.invite'>;

const TICK_MS = 1_000;

/** At the hub: whether other tills use its ledger, and which. */
export function LanesCard() {
  const { t } = useTranslation();
  const client = useClient();
  const operator = useOperator();
  const { data: hub, error, reload } = useQuery('hub.status', {}, ['hub.changed']);
  const [refused, setRefused] = useState<Refusal>();
  const [invitation, setInvitation] = useState<Invitation>();
  const [detaching, setDetaching] = useState<Lane>();
  // What was asked for shows at once; the door itself takes a moment.
  const [asked, setAsked] = useState<boolean>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was asked for is answered by the next reading
  useEffect(() => setAsked(undefined), [hub]);

  async function configure(enabled: boolean, port: number): Promise<void> {
    setAsked(enabled);
    const answer = await client.call('hub.configure', { enabled, port });
    if (!answer.ok) setAsked(undefined);
    setRefused(answer.ok ? undefined : answer.error);
    reload();
  }

  async function invite(): Promise<void> {
    const answer = await client.call('lanes.invite', {});
    setRefused(answer.ok ? undefined : answer.error);
    if (answer.ok) setInvitation(answer.value);
  }

  async function detach(lane: Lane): Promise<void> {
    const answer = await client.call('lanes.revoke', { laneId: lane.id });
    setRefused(answer.ok ? undefined : answer.error);
    setDetaching(undefined);
    reload();
  }

  return (
    <Card title={t('lanes.title')} lead={t('lanes.lead')}>
      {hub?.available === false && <Notice tone="info">{t('lanes.webHostOnly')}</Notice>}
      {hub?.available === true && (
        <>
          <div className={classes.row}>
            <Switch
              label={t('lanes.open')}
              checked={asked ?? hub.enabled}
              disabled={!roleMay(operator.role, 'admin')}
              onChange={(event) => void configure(event.currentTarget.checked, hub.port)}
            />
          </div>
          {hub.enabled && <DoorState hub={hub} onPort={(port) => void configure(true, port)} />}
          {(hub.enabled || hub.lanes.length > 0) && <LaneList lanes={hub.lanes} onDetach={setDetaching} />}
          {hub.listening.state === 'on' && (
            <Action size="l" icon={<IconPlus size={20} />} onClick={() => void invite()}>
              {t('lanes.attachOne')}
            </Action>
          )}
        </>
      )}
      {(refused ?? error) !== undefined && <RefusalNotice refusal={(refused ?? error) as Refusal} />}

      <Dialog
        open={invitation !== undefined}
        onClose={() => setInvitation(undefined)}
        title={t('lanes.attachOne')}
      >
        {invitation !== undefined && (
          <InvitationView
            invitation={invitation}
            taken={
              hub?.lanes.some(({ pairedAt }) => pairedAt > invitation.expiresAt - INVITATION_MS) === true
            }
            onAnother={() => void invite()}
            onDone={() => setInvitation(undefined)}
          />
        )}
      </Dialog>
      <Dialog
        open={detaching !== undefined}
        onClose={() => setDetaching(undefined)}
        title={t('lanes.detachTitle', { name: detaching?.name ?? '' })}
      >
        <p className={classes.text}>{t('lanes.detachText')}</p>
        <div className={classes.actions}>
          <Action size="l" onClick={() => setDetaching(undefined)}>
            {t('common.back')}
          </Action>
          <Action size="l" tone="stop" onClick={() => detaching && void detach(detaching)}>
            {t('lanes.detach')}
          </Action>
        </div>
      </Dialog>
    </Card>
  );
}

/** As long as the hub gives a code. */
const INVITATION_MS = 600_000;

function DoorState({ hub, onPort }: { hub: HubStatus; onPort: (port: number) => void }) {
  const { t } = useTranslation();
  const [port, setPort] = useState<number | string>(hub.port);
  if (hub.listening.state === 'off') return null;
  if (hub.listening.state === 'on') {
    return (
      <div className={classes.row}>
        <span>{t('lanes.address')}</span>
        <code className={classes.address}>{hub.urls[0]}</code>
      </div>
    );
  }
  return (
    <Notice tone="stop">
      <p>{t(`lanes.failed.${hub.listening.why}`, { port: hub.port })}</p>
      <div className={classes.actions}>
        <NumberInput
          aria-label={t('lanes.port')}
          value={port}
          onChange={setPort}
          min={1_024}
          max={65_535}
          allowDecimal={false}
          hideControls
        />
        <Action disabled={typeof port !== 'number'} onClick={() => typeof port === 'number' && onPort(port)}>
          {t('lanes.tryPort')}
        </Action>
      </div>
    </Notice>
  );
}

function LaneList({ lanes, onDetach }: { lanes: readonly Lane[]; onDetach: (lane: Lane) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (lanes.length === 0) return <p className={classes.text}>{t('lanes.none')}</p>;
  return (
    <ul className={classes.lanes}>
      {lanes.map((lane) => (
        <li key={lane.id}>
          <IconDeviceTablet size={24} aria-hidden="true" />
          <div>
            <strong>{lane.name}</strong>
            <span>
              {lane.lastSeenAt === undefined
                ? t('lanes.notSeen')
                : t('lanes.seen', { when: format.when(lane.lastSeenAt) })}
            </span>
          </div>
          <Action label={t('lanes.detachTitle', { name: lane.name })} onClick={() => onDetach(lane)}>
            {t('lanes.detach')}
          </Action>
        </li>
      ))}
    </ul>
  );
}

function InvitationView({
  invitation,
  taken,
  onAnother,
  onDone,
}: {
  invitation: Invitation;
  taken: boolean;
  onAnother: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const now = useNow(TICK_MS);
  const seconds = Math.max(0, Math.ceil((invitation.expiresAt - now) / TICK_MS));
  if (taken) {
    return (
      <div className={classes.invitation}>
        <Notice tone="go">{t('lanes.attached')}</Notice>
        <Action tone="primary" size="l" onClick={onDone}>
          {t('common.close')}
        </Action>
      </div>
    );
  }
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <div className={classes.invitation}>
      <output className={classes.code} data-testid="pairing-code" data-over={seconds === 0 || undefined}>
        {invitation.code}
      </output>
      <p className={classes.text} role="timer">
        {seconds > 0 ? t('lanes.validFor', { time }) : t('lanes.over')}
      </p>
      <dl className={classes.ways}>
        <div>
          <dt>{t('lanes.onComputer')}</dt>
          <dd>
            {t('lanes.onComputerText')} <code>npm start -- --lane</code>
          </dd>
          <dd>
            {t('lanes.address')}: <code>{invitation.urls[0]?.replace('https://', '')}</code>
          </dd>
        </div>
        <div>
          <dt>{t('lanes.onTablet')}</dt>
          <dd>
            {t('lanes.onTabletText')} <code>{invitation.urls[0]}</code>
          </dd>
          <dd>
            {t('lanes.certificateText')} <code>{invitation.urls[0]}/counterfoil-authority.crt</code>
          </dd>
        </div>
      </dl>
      <Action size="l" onClick={onAnother}>
        {t('lanes.another')}
      </Action>
    </div>
  );
}
